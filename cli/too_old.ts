import { MeshError } from "../agent/core/errors.ts";

/**
 * The answer to a question that older agents do not know.
 *
 * @param what the agent is too old for: `cancelling jobs`
 * @throws {MeshError} UNIMPLEMENTED, in words, where the agent does not know it
 */
export async function unlessTooOld<Answer>(asking: Promise<Answer>, what: string): Promise<Answer> {
  try {
    return await asking;
  } catch (error) {
    if (!(error instanceof MeshError && error.code === "UNIMPLEMENTED")) throw error;
    throw new MeshError("UNIMPLEMENTED", `the agent is too old for ${what}: update it`, { cause: error });
  }
}
