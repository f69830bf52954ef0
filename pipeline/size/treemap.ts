/** A rectangle of a drawing; the origin is at the top left. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Divides a rectangle by weights, given largest first, into rectangles that are as square as may be (squarified treemap: Bruls, Huizing,
 * van Wijk, 2000). One rectangle for each weight; those of weight zero are empty.
 */
export function squarified(weights: readonly number[], place: Rectangle): readonly Rectangle[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total <= 0 || place.width <= 0 || place.height <= 0)
    return weights.map(() => ({ ...place, width: 0, height: 0 }));
  const scale = (place.width * place.height) / total;
  const areas = weights.map((weight) => weight * scale);
  const made: Rectangle[] = [];
  let left = place;
  for (let start = 0; start < areas.length; ) {
    const side = Math.min(left.width, left.height);
    let end = start + 1;
    while (end < areas.length && worst(areas.slice(start, end + 1), side) <= worst(areas.slice(start, end), side))
      end++;
    left = row(areas.slice(start, end), left, made);
    start = end;
  }
  return made;
}

/** The worst ratio of the sides of rectangles in a row along a side. */
function worst(areas: readonly number[], side: number): number {
  const sum = areas.reduce((all, area) => all + area, 0);
  const smallest = areas[areas.length - 1] ?? 0;
  if (sum <= 0 || side <= 0 || smallest <= 0) return Number.POSITIVE_INFINITY;
  const [squared, largest] = [sum ** 2, areas[0] ?? 0];
  return Math.max((side ** 2 * largest) / squared, squared / (side ** 2 * smallest));
}

/** Lays a row along the shorter side, and gives what is left of the place. */
function row(areas: readonly number[], place: Rectangle, made: Rectangle[]): Rectangle {
  const sum = areas.reduce((all, area) => all + area, 0);
  const isColumn = place.width >= place.height;
  const side = isColumn ? place.height : place.width;
  const depth = side > 0 ? sum / side : 0;
  let at = 0;
  for (const area of areas) {
    const length = depth > 0 ? area / depth : 0;
    made.push(
      isColumn
        ? { x: place.x, y: place.y + at, width: depth, height: length }
        : { x: place.x + at, y: place.y, width: length, height: depth },
    );
    at += length;
  }
  return isColumn
    ? { ...place, x: place.x + depth, width: Math.max(0, place.width - depth) }
    : { ...place, y: place.y + depth, height: Math.max(0, place.height - depth) };
}
