const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A random UUID (version 4), as used for sessions, devices and jobs. */
export function newId(): string {
  return crypto.randomUUID();
}

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** The first eight characters of an id, as shown to people and in a job's final result. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}
