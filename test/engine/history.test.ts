import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { staleReads, type TagWrite } from "./support/history";

const write = (digest: string, start: number, end: number): TagWrite => ({ tag: "app:latest", digest, start, end });
const read = write;

describe("the history check, which the other tests rely on", () => {
  const [first, second] = [write("one", 0, 1), write("two", 10, 20)];

  it("accepts the last acknowledged write", () => {
    assert.deepEqual(staleReads([first, second], [read("one", 2, 9), read("two", 21, 22)]), []);
  });

  it("accepts either value while a write is under way", () => {
    assert.deepEqual(staleReads([first, second], [read("one", 11, 12), read("two", 11, 12), read("one", 9, 15)]), []);
  });

  it("accepts either value for ever after a write that failed, since it may have been stored", () => {
    assert.deepEqual(staleReads([first, write("two", 10, Infinity)], [read("one", 90, 91), read("two", 95, 96)]), []);
  });

  it("finds a read of what was replaced before the read began", () => {
    assert.match(staleReads([first, second], [read("one", 25, 26)]).join(), /read as one, 5 ms after a newer write/);
  });

  it("finds a read of what nobody wrote, or only later", () => {
    assert.equal(staleReads([first, second], [read("three", 30, 31), read("two", 3, 4)]).length, 2);
  });

  it("keeps tags apart", () => {
    assert.equal(staleReads([first], [{ ...read("one", 5, 6), tag: "app:stable" }]).length, 1);
  });
});
