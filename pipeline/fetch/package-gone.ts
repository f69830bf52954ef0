import { BuildError, type Failure } from '../core/failure.ts';
import type { PackagePin } from '../core/step.ts';

/**
 * A locked package that the sources no longer have: it was superseded. Whoever builds without `frozen` resolves the package's
 * sets again (`pins/refresh`), says so, and goes on.
 */
export class PackageGone extends BuildError {
  readonly pin: PackagePin;

  constructor(pin: PackagePin, failure: Failure) {
    super(failure);
    this.name = 'PackageGone';
    this.pin = pin;
  }
}
