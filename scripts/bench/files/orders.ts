/** The way by which a file comes or goes: the device's own server, or the asked agent's and the device's stream. */
export type Way = "direct" | "relay";

/** What a ticket is good for once. */
export interface Redeemable {
  readonly token: string;
  /** `HOST:PORT`, as the server's agent says it. */
  readonly address: string;
}

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
  /** Devices that are online. */
  online: { readonly order: Readonly<Record<string, never>>; readonly result: number };
  /** Makes a ticket for a file of a device. */
  download: {
    readonly order: { readonly deviceId: string; readonly path: string; readonly way: Way };
    readonly result: Redeemable;
  };
  /** Makes a ticket for a file into a device's inbox. */
  upload: {
    readonly order: {
      readonly deviceId: string;
      readonly path: string;
      readonly way: Way;
      readonly bytes: number;
      readonly sha256: string;
    };
    readonly result: Redeemable;
  };
};

/** What the client process does for each order. */
export type OrderHandlers = {
  readonly [Name in keyof Orders]: (order: Orders[Name]["order"]) => Promise<Orders[Name]["result"]>;
};
