/** What the client process can be told to do, one order a line; each is answered by one line. */
export type Orders = {
  /** Makes a ticket for a file; answers its token. */
  ticket: { readonly order: { readonly path: string }; readonly result: string };
  /** Makes so many, some at any time under way; answers how long that took, in s. */
  tickets: {
    readonly order: { readonly path: string; readonly count: number; readonly inFlight: number };
    readonly result: number;
  };
  /** As many calls that do nothing, for comparison. */
  calls: { readonly order: { readonly count: number; readonly inFlight: number }; readonly result: number };
};

/** What the client process does for each order. */
export type OrderHandlers = {
  readonly [Name in keyof Orders]: (order: Orders[Name]["order"]) => Promise<Orders[Name]["result"]>;
};
