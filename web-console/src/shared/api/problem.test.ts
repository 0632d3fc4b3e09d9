import { expect, it } from "vitest";
import { problemOf } from "./problem";

it("keeps what a person needs of a problem: the sentence, the fields, the request's id", async () => {
  const body = {
    title: "Invalid",
    detail: "Some fields are not acceptable.",
    request_id: "r1",
    errors: [
      { pointer: "#/settings/lifetimes/code", detail: "Too long." },
      { pointer: "#/a~1b", detail: "Odd." },
    ],
  };
  const problem = await problemOf(Response.json(body, { status: 400 }));
  expect(problem.message).toBe("Some fields are not acceptable.");
  expect(problem.requestId).toBe("r1");
  expect(problem.fields).toEqual({ "settings.lifetimes.code": "Too long.", "a/b": "Odd." });
});

it("makes something of an answer that is no problem document", async () => {
  const answer = new Response("<html>", {
    status: 502,
    statusText: "Bad Gateway",
    headers: { "x-request-id": "r2" },
  });
  const problem = await problemOf(answer);
  expect(problem.message).toBe("Bad Gateway");
  expect(problem.requestId).toBe("r2");
});
