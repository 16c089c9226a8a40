export const messages = {
  title: "Sign in",
  intro: "Teach a model to see what you see: on your own machine, with your own pictures.",
  link: "With a link",
  linkHelp:
    "The server prints a one-time link when it starts. On its machine, vedette console prints another one.",
  keys: "With an access key",
  keyId: "Access key ID",
  secret: "Secret access key",
  keysHelp:
    "Of the account's owner: the file credentials.json in the server's data folder. Of a user: from whoever made the user.",
  submit: "Sign in",
  needed: "Both parts of the key are needed.",
  opening: "Signing in with the link …",
  linkFailed: "The link opens nothing any more",
  linkFailedHelp:
    "A link works once, and for a short time. Ask for a new one, or sign in with an access key.",
  refused: "The key was not accepted",
  refusedHelp: "Compare both parts with where they come from. Blanks around them do not matter.",
  token: "Session token",
  tokenHelp: "These keys are temporary. You stay signed in until they end.",
  tokenNeeded: "Temporary keys need their session token.",
  expired: "These keys have ended",
  expiredHelp: "Temporary keys hold for some hours. Ask for new ones, and sign in with them.",
  ended: "Your session has ended",
  endedHelp:
    "Sign in again: you come back to where you were. What was not saved yet waits in this browser and is sent then.",
  code: "Code",
  codeTitle: "Second factor",
  codeHelp: "From your authenticator app; a recovery code if you have lost it.",
  codeWrong: "This code is wrong, or was used already. A new one comes every half minute.",
  codeBack: "Another key",
} as const;
