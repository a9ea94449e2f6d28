import { formatAddress, type HostPort, parseHostPort } from "../../agent/config/address.ts";
import { MeshError, messageOf } from "../../agent/core/errors.ts";
import type { Upload } from "../../proto/messages.ts";
import { type AnswerHead, HttpExchange } from "./http_exchange.ts";

/** A device's own server answers so soon or is not reachable from here, in ms. */
const CONNECT_MS = 2000;

/** How the bytes of a file go: between here and the device, or by way of the agent that is connected. */
export type Way = "direct" | "relay";

/** Tickets for one transfer, for both ways. */
export type Tickets = Pick<Upload, "token" | "http_addr" | "relay_token" | "relay_addr" | "device_name">;

/** A server, and which of the tickets is good there. */
interface Place {
  readonly way: Way;
  readonly server: HostPort;
}

/** A server that took the ticket. */
export interface OpenedWay extends Disposable {
  readonly way: Way;
  readonly exchange: HttpExchange;
  readonly head: AnswerHead;
}

/** What is asked of the server. Answers the head of its answer. */
export type Asking = (exchange: HttpExchange, token: string) => Promise<AnswerHead>;

/** No server that would have the bytes could be reached. */
class NoWay extends MeshError {}

/**
 * The ways to one device's files. The device's own server is tried first; what worked is used for all that follows, until it does
 * not any more.
 */
export class Ways {
  #chosen: Place | undefined;

  /** @param server where the connected agent is called */
  constructor(
    private readonly server: HostPort,
    private readonly signal: AbortSignal,
    private readonly options: { readonly connectMs?: number; readonly stallMs?: number } = {},
  ) {}

  /** The way that worked last; empty = not known yet, or not any more. */
  get preferred(): Way | "" {
    return this.#chosen?.way ?? "";
  }

  /**
   * Opens a transfer on the first way that works.
   *
   * @param tickets asks for new ones: for one way, or for both (empty)
   * @throws {MeshError} UNAVAILABLE, with why, where there is no way
   */
  async open<Given extends Tickets>(
    tickets: (way: Way | "") => Promise<Given>,
    asking: Asking,
  ): Promise<{ readonly opened: OpenedWay; readonly tickets: Given }> {
    const chosen = this.#chosen;
    if (chosen) {
      try {
        return await this.#first(await tickets(chosen.way), [chosen], asking);
      } catch (error) {
        if (!(error instanceof NoWay)) throw error;
        if (this.#chosen === chosen) this.#chosen = undefined;
      }
    }
    const given = await tickets("");
    return await this.#first(given, placesOf(given, this.server), asking);
  }

  async #first<Given extends Tickets>(tickets: Given, places: readonly Place[], asking: Asking) {
    const reasons: string[] = [];
    for (const place of places) {
      try {
        const opened = await this.#try(place, tickets, asking);
        this.#chosen = place;
        return { opened, tickets };
      } catch (error) {
        this.signal.throwIfAborted();
        if (!(error instanceof MeshError) || error.code !== "UNAVAILABLE") throw error;
        reasons.push(messageOf(error));
      }
    }
    throw new NoWay("UNAVAILABLE", `${tickets.device_name} cannot be reached for its files (${reasons.join("; ")})`);
  }

  async #try({ way, server }: Place, tickets: Tickets, asking: Asking): Promise<OpenedWay> {
    const { connectMs = CONNECT_MS, stallMs } = this.options;
    const exchange = await HttpExchange.open(server, {
      signal: this.signal,
      connectMs,
      ...(stallMs === undefined ? {} : { stallMs }),
    });
    try {
      const head = await asking(exchange, way === "direct" ? tickets.token : tickets.relay_token);
      // Another agent may have the address that the device has in its own network.
      if (head.status === 403) {
        throw new MeshError("UNAVAILABLE", `${formatAddress(server)}: it does not know the ticket`);
      }
      return { way, exchange, head, [Symbol.dispose]: () => exchange[Symbol.dispose]() };
    } catch (error) {
      exchange[Symbol.dispose]();
      throw error;
    }
  }
}

/** Where the tickets are good, the best place first. */
function placesOf({ token, http_addr, relay_token, relay_addr }: Tickets, server: HostPort): Place[] {
  const direct = token === "" ? [] : addressesOf(http_addr).map((server): Place => ({ way: "direct", server }));
  // The agent that is asked is itself the device, or an older one: where it is called it may serve HTTP, too.
  if (token !== "" && (relay_token === "" || relay_addr === http_addr)) {
    direct.push(...addressesOf(http_addr).map(({ port }): Place => ({ way: "direct", server: { ...server, port } })));
  }
  const relays = relay_token === "" ? [] : addressesOf(relay_addr).flatMap(({ host, port }): Place[] => [
    // It has just answered there.
    { way: "relay", server: { host: server.host, port } },
    { way: "relay", server: { host, port } },
  ]);
  const seen = new Set<string>();
  return [...direct, ...relays].filter(({ way, server }) => {
    const name = `${way} ${formatAddress(server)}`;
    return !seen.has(name) && seen.add(name);
  });
}

/** An address as a device says it; none where it says nothing usable. */
function addressesOf(text: string): HostPort[] {
  try {
    const address = parseHostPort(text);
    return address.port > 0 && address.host !== "" ? [address] : [];
  } catch {
    return [];
  }
}
