import type { Translation } from "../../../i18n/texts";
import type { messages as english } from "./en";

export const messages: Translation<typeof english> = {
  title: "Entrar",
  intro: "Ensine um modelo a ver o que você vê: na sua máquina, com as suas imagens.",
  link: "Com um link",
  linkHelp:
    "O servidor mostra um link de uso único ao iniciar. Na máquina dele, vedette console mostra outro.",
  keys: "Com uma chave de acesso",
  keyId: "ID da chave de acesso",
  secret: "Chave de acesso secreta",
  keysHelp:
    "Do dono da conta: o arquivo credentials.json na pasta de dados do servidor. De um usuário: com quem criou o usuário.",
  submit: "Entrar",
  needed: "As duas partes da chave são necessárias.",
  opening: "Entrando com o link …",
  linkFailed: "O link não abre mais nada",
  linkFailedHelp:
    "Um link funciona uma vez, e por pouco tempo. Peça um novo ou entre com uma chave de acesso.",
  refused: "A chave não foi aceita",
  refusedHelp: "Compare as duas partes com a origem delas. Espaços em volta não importam.",
  token: "Token de sessão",
  tokenHelp: "Estas chaves são temporárias. Você fica conectado até elas expirarem.",
  tokenNeeded: "Chaves temporárias precisam do seu token de sessão.",
  expired: "Estas chaves expiraram",
  expiredHelp: "Chaves temporárias valem por algumas horas. Peça novas e entre com elas.",
  ended: "Sua sessão terminou",
  endedHelp:
    "Entre de novo: você volta para onde estava. O que ainda não foi salvo espera neste navegador e será enviado então.",
  code: "Código",
  codeTitle: "Segundo fator",
  codeHelp: "Do seu aplicativo autenticador; um código de recuperação se você o perdeu.",
  codeWrong: "Este código está errado ou já foi usado. Um novo aparece a cada meio minuto.",
  codeBack: "Outra chave",
  company: "Entrar com {name}",
  companyFailed: "A empresa não confirmou sua entrada",
  companyAway:
    "O serviço de entrada dela não responde. Tente de novo em instantes; quem opera este servidor pode mostrar um link com vedette console.",
  companyGroup: "Nenhum dos seus grupos tem acesso aqui. Fale com quem opera este servidor.",
  companyName: "Alguém aqui já tem o seu nome. Quem opera este servidor pode liberá-lo.",
  companyExpired: "Essa entrada já havia terminado ou começou em outro navegador. Comece de novo.",
  companyRefused: "Ninguém entrou, ou não foi possível provar quem você é. Comece de novo.",
  passkey: "Entrar com uma chave do dispositivo",
  passkeyUse: "Usar uma chave do dispositivo",
  passkeyFailed: "Nenhuma chave do dispositivo foi aceita",
  passkeyFailedHelp:
    "Nenhuma foi mostrada, ou a que foi não é conhecida aqui. Tente de novo, ou entre de outra forma.",
};
