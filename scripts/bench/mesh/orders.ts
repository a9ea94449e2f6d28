/** How long each took, in ms. */
type Times = readonly number[];

/** What the client process can be told to measure, one order a line; each is answered by one line. */
export type Orders = {
  /** `HealthCheck`, one call at a time. */
  health: { readonly order: { readonly calls: number }; readonly result: Times };
  /** `HealthCheck` with several calls in flight: calls/s. */
  healthRate: { readonly order: { readonly calls: number; readonly inFlight: number }; readonly result: number };
  /** `pwd` on a device through the coordinator, and spawned by the client itself, in turn. */
  command: {
    readonly order: { readonly rounds: number; readonly deviceId: string };
    readonly result: { readonly routed: Times; readonly direct: Times };
  };
  /** A job of one task for a device, from `SubmitJob` until it is seen DONE. */
  smallJob: { readonly order: { readonly jobs: number; readonly deviceId: string }; readonly result: Times };
  /** One job of many ECHO tasks, from `SubmitJob` until it is seen DONE: seconds. */
  largeJob: { readonly order: { readonly tasks: number }; readonly result: number };
  /** As many unary `RunTask` calls: seconds. */
  unaryTasks: { readonly order: { readonly tasks: number; readonly inFlight: number }; readonly result: number };
  /** Devices that are online. */
  online: { readonly order: Record<string, never>; readonly result: number };
};

/** What the client process does for each order. */
export type OrderHandlers = {
  readonly [Name in keyof Orders]: (order: Orders[Name]["order"]) => Promise<Orders[Name]["result"]>;
};
