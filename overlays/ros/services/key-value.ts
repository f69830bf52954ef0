/** A mapping, or a list of `KEY=value`, as a mapping. A name without a value has the value undefined. */
export function pairsOf(
  given: Readonly<Record<string, string | null>> | readonly string[] | undefined,
): Readonly<Record<string, string | undefined>> {
  if (given === undefined) return {};
  if (!isList(given))
    return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value ?? undefined]));
  return Object.fromEntries(
    given.map((line) => {
      const end = line.indexOf('=');
      return end === -1 ? [line, undefined] : [line.slice(0, end), line.slice(end + 1)];
    }),
  );
}

/** The same, where a name without a value means that it is empty. */
export function textsOf(
  given: Readonly<Record<string, string>> | readonly string[] | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(pairsOf(given)).map(([name, value = '']) => [name, value]));
}

/** Text or a list of texts, as a list. */
export function listOf(given: string | readonly string[] | undefined): readonly string[] {
  return typeof given === 'string' ? [given] : (given ?? []);
}

const isList = (given: object): given is readonly string[] => Array.isArray(given);
