import { describe, expect, it } from "vitest";
import { bestLanguage } from "../src/i18n/languages";
import { fill } from "../src/i18n/texts";

describe("a message", () => {
  it("is filled with numbers as the language writes them", () => {
    expect(fill("{count} pictures", "en", { count: 12345 })).toBe("12,345 pictures");
    expect(fill("{count} imagens", "pt-BR", { count: 12345 })).toBe("12.345 imagens");
  });

  it("takes the plural form of its language", () => {
    const message = { one: "{count} image", many: "{count} d’images", other: "{count} images" };
    expect([0, 1, 2].map((count) => fill(message, "fr", { count }))).toEqual([
      "0 image",
      "1 image",
      "2 images",
    ]);
    expect(fill({ other: "{count} 张图片" }, "zh-CN", { count: 1 })).toBe("1 张图片");
  });

  it("leaves markup and places in values as they are", () => {
    expect(fill("Delete {name}", "en", { name: "<b>{name}</b>" })).toBe("Delete <b>{name}</b>");
  });
});

describe("the language of a browser", () => {
  it.each([
    [["fr-CA", "en"], "fr"],
    [["pt-PT"], "pt-BR"],
    [["zh-TW", "en"], "zh-CN"],
    [["in", "id-ID"], "id"],
    [["de", "nl"], "en"],
    [[], "en"],
  ] as const)("%j gets %s", (wanted, language) => {
    expect(bestLanguage(wanted)).toBe(language);
  });
});
