import formatJs from "../../screen/wire/format.js" with { type: "text" };
import frameBodiesJs from "../../screen/wire/frame_bodies.js" with { type: "text" };
import frameReaderJs from "../../screen/wire/frame_reader.js" with { type: "text" };
import jpegSizeJs from "../../screen/wire/jpeg_size.js" with { type: "text" };
import controlsJs from "./page/controls.js" with { type: "text" };
import figuresJs from "./page/figures.js" with { type: "text" };
import findDeviceJs from "./page/find_device.js" with { type: "text" };
import indexHtml from "./page/index.html" with { type: "text" };
import mainJs from "./page/main.js" with { type: "text" };
import meshCallsJs from "./page/mesh_calls.js" with { type: "text" };
import pageAddressJs from "./page/page_address.js" with { type: "text" };
import painterJs from "./page/painter.js" with { type: "text" };
import screenStreamJs from "./page/screen_stream.js" with { type: "text" };
import styleCss from "./page/style.css" with { type: "text" };
import viewJs from "./page/view.js" with { type: "text" };
import viewerJs from "./page/viewer.js" with { type: "text" };

/** The page that shows a screen. */
export const PAGE: string = indexHtml;

/**
 * What the page loads, by its place below `agent/`: with the same folders on the server, the modules find each other as they do
 * here. All of it is part of the program, in memory.
 */
export const PAGE_FILES: ReadonlyMap<string, string> = new Map<string, string>([
  ["http/screen/page/style.css", styleCss],
  ["http/screen/page/main.js", mainJs],
  ["http/screen/page/controls.js", controlsJs],
  ["http/screen/page/figures.js", figuresJs],
  ["http/screen/page/find_device.js", findDeviceJs],
  ["http/screen/page/mesh_calls.js", meshCallsJs],
  ["http/screen/page/page_address.js", pageAddressJs],
  ["http/screen/page/painter.js", painterJs],
  ["http/screen/page/screen_stream.js", screenStreamJs],
  ["http/screen/page/view.js", viewJs],
  ["http/screen/page/viewer.js", viewerJs],
  ["screen/wire/frame_reader.js", frameReaderJs],
  ["screen/wire/frame_bodies.js", frameBodiesJs],
  ["screen/wire/format.js", formatJs],
  ["screen/wire/jpeg_size.js", jpegSizeJs],
]);
