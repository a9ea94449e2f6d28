import { Counter } from "./counter.ts";
import type { Family } from "./family.ts";
import { Histogram, SECONDS } from "./histogram.ts";

/** Requests over HTTP, by the beginnings of their paths that are served. */
export class HttpFigures {
  readonly #requests = new Counter(
    "edgemesh_http_requests_total",
    "Requests that were answered, by their HTTP status",
    [
      "route",
      "code",
    ],
  );
  readonly #seconds = new Histogram(
    "edgemesh_http_request_duration_seconds",
    "From a request's head to the end of its answer",
    SECONDS,
    ["route"],
  );
  readonly #refused = new Counter(
    "edgemesh_http_refused_total",
    "Connections that were too many (by which limit), and what was no request (by its HTTP status)",
    ["reason"],
  );

  readonly families: readonly Family[] = [this.#requests, this.#seconds, this.#refused];

  answered(prefix: string, status: number, ms: number): void {
    const route = prefix || "none";
    this.#requests.add(1, route, String(status));
    this.#seconds.observe(ms / 1000, route);
  }

  refused(what: string | number): void {
    this.#refused.add(1, String(what));
  }
}
