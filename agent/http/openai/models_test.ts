import { assertEquals } from "../../../tests/assert.ts";
import { ApiRig } from "./api_rig.ts";
import { deviceModel } from "./fake_models.ts";

Deno.test("the models of the mesh are listed once each, with the devices that have them", async () => {
  await using rig = await ApiRig.start();
  rig.models.there = [
    deviceModel("laptop", "tiny:latest", { modified_at: 5 }),
    deviceModel("laptop", "hf.co/team/big:q4", { modified_at: 0, loaded: false }),
    deviceModel("phone", "tiny:latest", { modified_at: 9, loaded: false }),
  ];
  const big = {
    id: "hf.co/team/big:q4",
    object: "model",
    created: 0,
    owned_by: "edgemesh",
    devices: [{ device_id: "id-laptop", device_name: "laptop", loaded: false }],
  };
  const tiny = {
    id: "tiny:latest",
    object: "model",
    created: 9,
    owned_by: "edgemesh",
    devices: [
      { device_id: "id-laptop", device_name: "laptop", loaded: true },
      { device_id: "id-phone", device_name: "phone", loaded: false },
    ],
  };
  assertEquals(await (await rig.fetch("/v1/models")).json(), { object: "list", data: [big, tiny] });
  for (const path of ["hf.co/team/big:q4", encodeURIComponent("hf.co/team/big:q4")]) {
    assertEquals(await (await rig.fetch(`/v1/models/${path}`)).json(), big);
  }
  assertEquals(await (await rig.fetch("/v1/models/tiny")).json(), tiny);
  const unknown = await rig.fetch("/v1/models/huge");
  assertEquals(unknown.status, 404);
  assertEquals((await unknown.json()).error, {
    message: 'the mesh has no model "huge"; there are: hf.co/team/big:q4, tiny:latest',
    type: "invalid_request_error",
    param: "model",
    code: "model_not_found",
  });
  const wrong = await rig.fetch("/v1/models/%ff");
  assertEquals([wrong.status, (await wrong.json()).error.message], [
    400,
    'the path has a wrong percent-encoding: "%ff"',
  ]);
});

Deno.test("a mesh without models has an empty list", async () => {
  await using rig = await ApiRig.start();
  rig.models.there = [];
  assertEquals(await (await rig.fetch("/v1/models")).json(), { object: "list", data: [] });
  const none = await rig.fetch("/v1/models/tiny");
  assertEquals([none.status, (await none.json()).error.message], [
    404,
    'the mesh has no model "tiny"; there are no models',
  ]);
});

Deno.test("embeddings come as numbers, or as base64 where that is asked for", async () => {
  await using rig = await ApiRig.start();
  const response = await rig.post("/v1/embeddings", { model: "tiny", input: ["ab", "abc"] });
  assertEquals(response.headers.get("x-edgemesh-device"), "laptop");
  assertEquals(await response.json(), {
    object: "list",
    data: [
      { object: "embedding", index: 0, embedding: [2, 0.5] },
      { object: "embedding", index: 1, embedding: [3, 0.5] },
    ],
    model: "tiny:latest",
    usage: { prompt_tokens: 7, total_tokens: 7 },
  });
  const base64 = await rig.post("/v1/embeddings", { input: "abc", encoding_format: "base64" }, {
    headers: { "x-edgemesh-device-id": "id-laptop" },
  });
  // 3 and 0.5 as 32-bit floats: 00 00 40 40, 00 00 00 3f.
  assertEquals((await base64.json()).data, [{ object: "embedding", index: 0, embedding: "AABAQAAAAD8=" }]);
  assertEquals(rig.models.embedded, [
    { model: "tiny", inputs: ["ab", "abc"], device_id: "" },
    { model: "", inputs: ["abc"], device_id: "id-laptop" },
  ]);
});

Deno.test("whoever only asks for the head of an answer gets it without a body", async () => {
  await using rig = await ApiRig.start();
  const head = await rig.fetch("/v1/models", { method: "HEAD" });
  assertEquals([head.status, await head.text()], [200, ""]);
  const post = await rig.fetch("/v1/chat/completions", { method: "HEAD" });
  assertEquals([post.status, post.headers.get("allow")], [405, "POST"]);
  await post.body?.cancel();
});
