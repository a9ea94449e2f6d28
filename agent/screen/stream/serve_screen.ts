import { configureLog, logger } from "../../core/log.ts";
import { ScreenService, type ServiceParts } from "./screen_service.ts";
import type { FromWorker, ToWorker, WorkerSettings } from "./worker_messages.ts";

const log = logger("screen");

/** How often the streams' figures are told, in ms. They are also the sign that the worker lives. */
const FIGURES_MS = 1000;

/** The part of a worker's global scope that is used. */
interface WorkerScope extends EventTarget {
  onmessage: (event: MessageEvent<ToWorker>) => void;
  postMessage(message: FromWorker): void;
}

/**
 * Serves the requests that come to this worker.
 *
 * @param parts how the worker captures and encodes, by what it is told first
 */
export function serveScreen(parts: (settings: WorkerSettings) => ServiceParts): void {
  const scope = self as unknown as WorkerScope;
  let service: ScreenService | undefined;
  scope.onmessage = async ({ data }) => {
    if ("settings" in data) {
      if (data.settings.log) configureLog(data.settings.log);
      service = new ScreenService(parts(data.settings), (event) => scope.postMessage({ event }));
      service.report();
      setInterval(() => service?.report(), FIGURES_MS);
      return;
    }
    const { id, request } = data;
    if (!service) throw new Error("the worker has not been told its settings");
    scope.postMessage({ id, reply: await service.answer(request) });
  };
  // What one connection's library code drops must not end the other streams. The stream that it was of ends by its own timers.
  scope.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log.warn("something failed in the screen worker: {reason}", { reason: (event as PromiseRejectionEvent).reason });
  });
}
