import { expect, it } from "vitest";
import { csvOf } from "./csv";

it("writes a row a person, and no formula", () => {
  const people = [
    { UserName: '=HYPERLINK("x")', Open: 1, Answered: 2, SecondsPerPicture: 12.5 },
    { UserName: "ann, b", Late: 3 },
  ];
  expect(csvOf(people).split("\r\n")).toEqual([
    "UserName,Open,Answered,Accepted,SentBack,Late,Unsure,Skipped,Compared,Agreed,MeanAgreement,SecondsPerPicture,LastAnswerDate",
    '"\'=HYPERLINK(""x"")",1,2,,,,,,,,,12.5,',
    '"ann, b",,,,,3,,,,,,,',
    "",
  ]);
});
