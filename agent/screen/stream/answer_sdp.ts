import { BlockList, isIP } from "node:net";
import { MeshError } from "../../core/errors.ts";

/** No real answer comes near it: one with thirty candidates has 4 KB. */
const MOST_CHARACTERS = 64 * 1024;
/** What a peer takes that does not say (RFC 8841, section 6.1). */
const DEFAULT_MESSAGE_BYTES = 64 * 1024;
/** More is not sent in one message to anyone, also where a peer sets no limit: no picture comes near it. Chromium takes 256 KiB. */
const MOST_MESSAGE_BYTES = 16 * 1024 * 1024;
/** Fewer would not hold a part of a frame with its header; who asks for less is not taken seriously. */
const LEAST_MESSAGE_BYTES = 1024;
/** Checks of pairs grow with candidates; a peer with a hundred addresses still has one that works among these. */
const MOST_CANDIDATES = 64;

/** An answer that can be given to werift. */
export interface AnswerSdp {
  /** Without what werift must not see. */
  readonly sdp: string;
  /** Bytes of the largest message that the peer takes, 1,024 to 16,777,216. */
  readonly maxMessageBytes: number;
  /** Whether it says of any address where the peer is. */
  readonly hasCandidates: boolean;
}

/**
 * Looks at an answer before any of it is applied, so that one which cannot work leaves the offer open for another.
 *
 * @param offer the description that it answers
 * @throws {MeshError} `INVALID_ARGUMENT` with what is wrong with it
 */
export function readAnswer(text: string, offer: string): AnswerSdp {
  if (text.length > MOST_CHARACTERS) refuse(`it has ${text.length} characters, at most ${MOST_CHARACTERS} are read`);
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line !== "");
  if (lines[0] !== "v=0") refuse('it does not begin with "v=0"');
  const [session = [], ...media] = sections(lines);
  const [, ...offered] = sections(offer.split(/\r\n/));
  if (media.length !== offered.length) refuse(`it has ${media.length} media sections, the offer has ${offered.length}`);
  offered.forEach((section, index) => {
    const answered = media[index] ?? [];
    if (kindOf(answered) !== kindOf(section)) refuse(`its media section ${index} is not "${kindOf(section)}"`);
    checkMid(answered, section, index);
  });
  const channel = media.find((section) => kindOf(section) === "application") ?? [];
  if (/^m=application 0 /.test(channel[0] ?? "")) refuse("it refuses the data channel");
  const found = (name: string) => attribute(channel, name) ?? attribute(session, name);
  for (const name of ["ice-ufrag", "ice-pwd", "fingerprint", "setup"]) {
    if (!found(name)) refuse(`it has no "a=${name}"`);
  }
  if (!/^[\w-]+ (?:[\dA-F]{2}:)+[\dA-F]{2}$/i.test(found("fingerprint") ?? "")) refuse("its fingerprint is none");
  if (!/^(?:active|passive|actpass)$/.test(found("setup") ?? "")) refuse('its "a=setup" is unknown');
  const sdp = `${onlyUsableCandidates(lines).join("\r\n")}\r\n`;
  return {
    sdp,
    maxMessageBytes: messageBytes(attribute(channel, "max-message-size")),
    hasCandidates: sdp.includes("\na=candidate:"),
  };
}

function refuse(reason: string): never {
  throw new MeshError("INVALID_ARGUMENT", `The answer is no session description for this stream: ${reason}`);
}

/** The lines before the first `m=`, then those of each media section. */
function sections(lines: readonly string[]): string[][] {
  const found: string[][] = [[]];
  for (const line of lines) {
    if (line.startsWith("m=")) found.push([]);
    found.at(-1)?.push(line);
  }
  return found;
}

const kindOf = (section: readonly string[]) => /^m=(\S+) \d+ [A-Z/]+ \S/.exec(section[0] ?? "")?.[1];

function attribute(section: readonly string[], name: string): string | undefined {
  return section.find((line) => line.startsWith(`a=${name}:`))?.slice(name.length + 3).trim();
}

function checkMid(answered: readonly string[], offered: readonly string[], index: number): void {
  const [mid, expected] = [attribute(answered, "mid"), attribute(offered, "mid")];
  if (mid !== undefined && mid !== expected) refuse(`its media section ${index} has the mid "${mid.slice(0, 20)}"`);
}

/**
 * Checks are sent to each candidate, so only what one peer can be is taken: an address in digits, of one machine. Names go whatever
 * they are. Browsers write a multicast name (`….local`) in place of a private address: to look one up, werift takes UDP port
 * 5353, and where another program holds that alone an unhandled `EADDRINUSE` ends the worker. Other names would be looked up at the viewer's
 * bidding. The connection is made all the same: the peer's own checks show where it is.
 */
function onlyUsableCandidates(lines: readonly string[]): string[] {
  let count = 0;
  return lines.filter((line) => !/^a=candidate:/i.test(line) || isUsable(line) && ++count <= MOST_CANDIDATES);
}

/** Addresses that are no single machine's. */
const NOBODY = new BlockList();
NOBODY.addSubnet("0.0.0.0", 8, "ipv4");
NOBODY.addSubnet("224.0.0.0", 3, "ipv4");
/** The same of IPv6, and IPv4 in its clothes. */
const NOBODY_6 = new BlockList();
NOBODY_6.addAddress("::", "ipv6");
NOBODY_6.addSubnet("ff00::", 8, "ipv6");
NOBODY_6.addSubnet("::ffff:0:0", 96, "ipv6");

/** FOUNDATION COMPONENT TRANSPORT PRIORITY ADDRESS PORT typ TYPE … (RFC 8839, section 5.1). */
const CANDIDATE = /^a=candidate:\S+ (\d+) (\S+) \d+ (\S+) (\d+) typ \S/i;

function isUsable(line: string): boolean {
  const [found, component, transport = "", address = "", port] = CANDIDATE.exec(line) ?? [];
  if (found === undefined) refuse(`"${line.slice(0, 40)}" is no candidate`);
  if (component !== "1" || !/^udp$/i.test(transport) || Number(port) < 1 || Number(port) > 65_535) return false;
  const family = isIP(address);
  return family === 4 ? !NOBODY.check(address, "ipv4") : family === 6 && !NOBODY_6.check(address, "ipv6");
}

function messageBytes(value: string | undefined): number {
  if (value === undefined || !/^\d+$/.test(value)) return DEFAULT_MESSAGE_BYTES;
  // 0 means that there is no limit.
  const bytes = Number(value) || MOST_MESSAGE_BYTES;
  return Math.min(MOST_MESSAGE_BYTES, Math.max(LEAST_MESSAGE_BYTES, bytes));
}
