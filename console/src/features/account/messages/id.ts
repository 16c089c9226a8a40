import type { Translation } from "../../../i18n/texts";
import type { messages as english } from "./en";

export const messages: Translation<typeof english> = {
  title: "Akun",
  account: "Nomor akun",
  person: "Masuk sebagai",
  arn: "Nama dalam kebijakan",
  expires: "Masuk sampai",
};
