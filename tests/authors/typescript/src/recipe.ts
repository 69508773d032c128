// What stands between a recipe in TypeScript and its raw bindings, which stop
// without a word where a list is missing, wrap numbers that do not fit, and lose
// the message of an exception.

import type {
  Argument,
  Blueprint,
  ClassicLoadBalancer,
  ContainerDefinition,
  Dependency,
  Diagnostic,
  DockerVolumeConfiguration,
  LogConfiguration,
  Manifest,
  Service,
  Target,
  TaskDefinition,
} from '../types/interfaces/host-recipe-guest.js';

// ------------------------------------------------------------------- lists

type ListNames<T> = { [K in keyof T]-?: T[K] extends readonly unknown[] ? K : never }[keyof T];

/** A record whose lists may be left out. */
type Loose<T> = Omit<T, ListNames<T>> & Partial<Pick<T, ListNames<T>>>;

/**
 * A constructor that fills the lists that were left out. Its argument must name
 * every list of the record, so a list that the contract gains does not compile.
 */
function filling<T extends object>(lists: Required<Pick<T, ListNames<T>>>): (given: Loose<T>) => T {
  return (given) => {
    const said = Object.entries(given).filter(([, value]) => value !== undefined);
    return { ...lists, ...Object.fromEntries(said) } as T;
  };
}

export const manifest = filling<Manifest>({ parameters: [], endpoints: [], dependencies: [], capabilities: [] });
export const blueprint = filling<Blueprint>({ endpoints: [], warnings: [] });
export const taskDefinition = filling<TaskDefinition>({ containerDefinitions: [], volumes: [], tags: [] });
export const containerDefinition = filling<ContainerDefinition>({
  entryPoint: [],
  command: [],
  environment: [],
  secrets: [],
  portMappings: [],
  mountPoints: [],
  ulimits: [],
  dockerLabels: [],
});
export const logConfiguration = filling<LogConfiguration>({ options: [] });
export const dockerVolumeConfiguration = filling<DockerVolumeConfiguration>({ driverOpts: [], labels: [] });
export const classicLoadBalancer = filling<ClassicLoadBalancer>({ listeners: [], tags: [] });
export const service = filling<Service>({ loadBalancers: [], tags: [] });

// ---------------------------------------------------------------- findings

/** Findings that stop the deployment: throw it from `render`. */
export class Refusal extends Error {
  constructor(readonly findings: Diagnostic[]) {
    super(findings.map(({ path, message }) => `${path} ${message}`.trim()).join('; '));
  }
}

export function errorAt(path: string, message: string, hint?: string): Diagnostic {
  return { severity: 'error', path, message, hint };
}

export function warningAt(path: string, message: string, hint?: string): Diagnostic {
  return { severity: 'warning', path, message, hint };
}

/** What to tell the host about whatever was thrown. */
function findingsOf(thrown: unknown): Diagnostic[] {
  if (thrown instanceof Refusal) return thrown.findings;
  const what = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  const where = thrown instanceof Error ? thrown.stack?.trim().split('\n')[0]?.trim() : undefined;
  return [errorAt('', `the recipe threw \`${what}\``, where && `report it to the recipe's author: ${where}`)];
}

// --------------------------------------------------------------- arguments

/** The arguments by name. The host has filled the defaults and checked the bounds. */
export class Arguments {
  readonly #values: ReadonlyMap<string, Argument['value']>;

  constructor(given: readonly Argument[]) {
    this.#values = new Map(given.map(({ name, value }) => [name, value]));
  }

  text(name: string): string {
    const value = this.#values.get(name);
    if (value?.tag !== 'text') throw this.#lacks(name, 'text');
    return value.val;
  }

  integer(name: string): number {
    const value = this.#values.get(name);
    if (value?.tag !== 'integer') throw this.#lacks(name, 'integer');
    return value.val;
  }

  #lacks(name: string, kind: string): Refusal {
    return new Refusal([errorAt(`parameters.${name}`, `has no ${kind}`, `declare it as ${kind} in the manifest`)]);
  }
}

// ----------------------------------------------------------------- numbers

/** The numbers that a place can hold. The engine wraps all others in silence. */
interface Range {
  low: number;
  high: number;
}

const SIGNED: Range = { low: -(2 ** 31), high: 2 ** 31 - 1 };
const UNSIGNED: Range = { low: 0, high: 2 ** 32 - 1 };

/** What would not arrive as it was written, each with its path in the contract's words. */
function wrongNumbers(value: unknown, range: Range, path = ''): Diagnostic[] {
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= range.low && value <= range.high) return [];
    return [errorAt(path, `is ${value}`, `use a whole number from ${range.low} to ${range.high}`)];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => wrongNumbers(item, range, `${path}[${index}]`));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) => wrongNumbers(field, range, join(path, name, value)));
}

/** The path of a field. The payload of a variant has the path of the variant. */
function join(path: string, name: string, owner: object): string {
  if (name === 'val' && 'tag' in owner) return path;
  const words = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return path === '' ? words : `${path}.${words}`;
}

// ------------------------------------------------------------------ recipe

/** What an author writes. */
export interface Recipe {
  manifest: Manifest;
  render(given: Arguments, target: Target, dependencies: Dependency[]): Blueprint;
}

/** The export of the contract. */
export function guestOf(recipe: Recipe) {
  refuseWrongNumbers(recipe.manifest, SIGNED);
  return {
    describe: (): Manifest => recipe.manifest,
    render(given: Argument[], target: Target, dependencies: Dependency[]): Blueprint {
      try {
        const rendered = recipe.render(new Arguments(given), target, dependencies);
        refuseWrongNumbers(rendered, UNSIGNED);
        return rendered;
      } catch (thrown) {
        // A thrown list arrives as the error case of the result.
        throw findingsOf(thrown);
      }
    },
  };
}

function refuseWrongNumbers(value: Manifest | Blueprint, range: Range): void {
  const findings = wrongNumbers(value, range);
  if (findings.length > 0) throw new Refusal(findings);
}
