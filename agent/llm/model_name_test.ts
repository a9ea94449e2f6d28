import { assertEquals } from "../../tests/assert.ts";
import { listed, named } from "./model_name.ts";

const MODELS = ["llama3.2:latest", "llama3.2:3b", "Team/Big:Q4", "host:5000/team/model:latest", "phi"].map((name) => ({
  name,
}));

Deno.test("a name means the model of exactly that name, else its latest, in capital or small letters", () => {
  const cases: [string, string | undefined][] = [
    ["llama3.2", "llama3.2:latest"],
    ["llama3.2:3b", "llama3.2:3b"],
    ["LLAMA3.2:3B", "llama3.2:3b"],
    ["Llama3.2", "llama3.2:latest"],
    ["team/big:q4", "Team/Big:Q4"],
    ["phi", "phi"],
    ["host:5000/team/model", "host:5000/team/model:latest"],
    ["llama3.2:1b", undefined],
    ["team/big", undefined],
    ["", undefined],
  ];
  for (const [asked, name] of cases) assertEquals([asked, named(MODELS, asked)?.name], [asked, name]);
});

Deno.test("of many names the first few are told, and how many more there are", () => {
  assertEquals(listed(["a", "b"]), "a, b");
  const many = Array.from({ length: 25 }, (_, n) => `m${n}`);
  assertEquals(listed(many).endsWith("m19 and 5 more"), true);
});
