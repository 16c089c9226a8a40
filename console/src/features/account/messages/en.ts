export const messages = {
  title: "Account",
  account: "Account number",
  person: "Signed in as",
  arn: "Name in policies",
  expires: "Signed in until",
} as const;
