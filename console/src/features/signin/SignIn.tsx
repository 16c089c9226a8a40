/** Sign-in: by the one-time link in the address, or by an access key. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useState } from "react";
import {
  asFault,
  faultOfLink,
  goToCompany,
  hasPasskeys,
  hasSessionEnded,
  NO_PASSKEY,
  takeLink,
  takeProblem,
  useSignIn,
  useWays,
  type Proof,
} from "../../api";
import { useLanguage } from "../../i18n/context";
import { isLanguage, LANGUAGES } from "../../i18n/languages";
import { FaultAlert, RequestId } from "../../ui/faults";
import mark from "../../ui/mark.svg";
import { usePage } from "../../ui/page";
import "./signin.css";
import { useText } from "./text";

type SignInAction = ReturnType<typeof useSignIn>;

/** Signs in by a link that comes into the address of this page; answers whether there was one. */
function useLinkInAddress(signIn: SignInAction): boolean {
  const [isByLink, setIsByLink] = useState(faultOfLink() !== null);
  const { mutate } = signIn;
  useEffect(() => {
    const open = () => {
      const link = takeLink();
      if (link === null) return;
      setIsByLink(true);
      mutate({ link });
    };
    // The one that the page was opened with was tried before it was drawn. A link that is pasted into this very
    // page changes the fragment alone and loads nothing.
    window.addEventListener("hashchange", open);
    return () => window.removeEventListener("hashchange", open);
  }, [mutate]);
  return isByLink;
}

function isPasskeyProblem(signIn: SignInAction): boolean {
  return signIn.isError && [NO_PASSKEY, "PasskeyRefused"].includes(asFault(signIn.error).code);
}

/** What the server asks for once the key is right; a passkey that failed beside it can be shown again. */
function asksForCode(signIn: SignInAction): boolean {
  const code = signIn.isError ? asFault(signIn.error).code : "";
  const hadKey = signIn.variables !== undefined && "accessKeyId" in signIn.variables;
  return code === "SecondFactorNeeded" || code === "WrongCode" || (hadKey && isPasskeyProblem(signIn));
}

function PasskeyFailed() {
  const t = useText();
  return (
    <Alert type="error" header={t("passkeyFailed")}>
      {t("passkeyFailedHelp")}
    </Alert>
  );
}

/** Whether a passkey can be shown here. */
function useCanShowPasskey(): boolean {
  return useWays().data?.passkeys === true && hasPasskeys();
}

/** The key of a proof, without what was shown beside it. */
function keyOf(proof: Proof): Proof {
  if (!("accessKeyId" in proof)) return proof;
  const { accessKeyId, secretAccessKey, sessionToken } = proof;
  const key = { accessKeyId, secretAccessKey };
  return sessionToken === undefined ? key : { ...key, sessionToken };
}

/** The second step: the same key once more, with a code. */
function CodeForm({ signIn, proof }: { readonly signIn: SignInAction; readonly proof: Proof }) {
  const t = useText();
  const [code, setCode] = useState("");
  const isWrong = signIn.isError && asFault(signIn.error).code === "WrongCode";
  const canShowPasskey = useCanShowPasskey();
  const key = keyOf(proof);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        signIn.mutate({ ...key, code: code.trim() });
      }}
    >
      <Form
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button formAction="none" onClick={() => signIn.reset()}>
              {t("codeBack")}
            </Button>
            <Button variant="primary" loading={signIn.isPending} formAction="submit">
              {t("submit")}
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="m">
          {isPasskeyProblem(signIn) && <PasskeyFailed />}
          {canShowPasskey && (
            <Button fullWidth formAction="none" onClick={() => signIn.mutate({ ...key, byPasskey: true })}>
              {t("passkeyUse")}
            </Button>
          )}
          <FormField
            label={t("code")}
            constraintText={t("codeHelp")}
            errorText={isWrong ? t("codeWrong") : undefined}
          >
            <Input
              value={code}
              onChange={({ detail }) => setCode(detail.value)}
              autoComplete="one-time-code"
              spellcheck={false}
              autoFocus
            />
          </FormField>
        </SpaceBetween>
      </Form>
    </form>
  );
}

function Problem({ signIn, isByLink }: { readonly signIn: SignInAction; readonly isByLink: boolean }) {
  const t = useText();
  // What the address brought, as long as nothing else was tried.
  const error = signIn.isIdle ? faultOfLink() : signIn.error;
  if (error === null || asksForCode(signIn)) return null;
  if (isPasskeyProblem(signIn)) return <PasskeyFailed />;
  const fault = asFault(error);
  if (fault.isPassing) return <FaultAlert error={fault} />;
  const kind = fault.code === "KeysExpired" ? "expired" : isByLink ? "linkFailed" : "refused";
  return (
    <Alert type="error" header={t(kind)}>
      {t(`${kind}Help`)}
      <RequestId fault={fault} />
    </Alert>
  );
}

function KeyForm({ signIn }: { readonly signIn: SignInAction }) {
  const t = useText();
  const [keyId, setKeyId] = useState("");
  const [secret, setSecret] = useState("");
  const [token, setToken] = useState("");
  const [isAsked, setIsAsked] = useState(false);
  const isTemporary = keyId.trim().startsWith("ASIA");
  const hasToken = !isTemporary || token.trim() !== "";
  const isWhole = keyId.trim() !== "" && secret.trim() !== "" && hasToken;
  const submit = () => {
    setIsAsked(true);
    if (!isWhole) return;
    const key = { accessKeyId: keyId.trim(), secretAccessKey: secret.trim() };
    signIn.mutate(isTemporary ? { ...key, sessionToken: token.trim() } : key);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Form
        actions={
          <Button variant="primary" loading={signIn.isPending} formAction="submit">
            {t("submit")}
          </Button>
        }
        errorText={isAsked && !isWhole ? t(hasToken ? "needed" : "tokenNeeded") : null}
      >
        <SpaceBetween size="m">
          <FormField label={t("keyId")}>
            <Input
              value={keyId}
              onChange={({ detail }) => setKeyId(detail.value)}
              autoComplete="username"
              spellcheck={false}
              autoFocus
            />
          </FormField>
          <FormField label={t("secret")} constraintText={t("keysHelp")}>
            <Input
              value={secret}
              onChange={({ detail }) => setSecret(detail.value)}
              type="password"
              autoComplete="current-password"
            />
          </FormField>
          {isTemporary && (
            <FormField label={t("token")} constraintText={t("tokenHelp")}>
              <Input
                value={token}
                onChange={({ detail }) => setToken(detail.value)}
                type="password"
                autoComplete="off"
              />
            </FormField>
          )}
        </SpaceBetween>
      </Form>
    </form>
  );
}

function LanguageChoice() {
  const [language, choose] = useLanguage();
  const options = Object.entries(LANGUAGES).map(([value, label]) => ({ value, label, lang: value }));
  return (
    <Select
      selectedOption={{ value: language, label: LANGUAGES[language] }}
      options={options}
      ariaLabel={LANGUAGES[language]}
      onChange={({ detail }) => {
        const value = detail.selectedOption.value ?? null;
        if (isLanguage(value)) choose(value);
      }}
    />
  );
}

const PROBLEMS = {
  "company-away": "companyAway",
  "company-group": "companyGroup",
  "company-name": "companyName",
  "company-expired": "companyExpired",
} as const;

function isProblem(code: string): code is keyof typeof PROBLEMS {
  return code in PROBLEMS;
}

/** What the provider led back with, and the way to it. */
function Company({ name }: { readonly name: string }) {
  const t = useText();
  const [problem] = useState(takeProblem);
  const [isLeaving, setIsLeaving] = useState(false);
  const help = problem !== null && (isProblem(problem) ? PROBLEMS[problem] : "companyRefused");
  return (
    <SpaceBetween size="s">
      {help !== false && (
        <Alert type="error" header={t("companyFailed")}>
          {t(help)}
        </Alert>
      )}
      <Button
        variant="primary"
        fullWidth
        loading={isLeaving}
        onClick={() => {
          setIsLeaving(true);
          goToCompany();
        }}
      >
        {t("company", { name })}
      </Button>
    </SpaceBetween>
  );
}

/** The key, and after it the code where the server asks for one. */
function Keys({ signIn }: { readonly signIn: SignInAction }) {
  const t = useText();
  // While the code is on its way, the form that sent it stays.
  const sent = signIn.variables;
  const isShowing = sent !== undefined && "accessKeyId" in sent && ("code" in sent || "byPasskey" in sent);
  const isSecondStep = asksForCode(signIn) || (signIn.isPending && isShowing);
  if (isSecondStep && sent !== undefined)
    return (
      <Container header={<Header variant="h2">{t("codeTitle")}</Header>}>
        <CodeForm signIn={signIn} proof={sent} />
      </Container>
    );
  return (
    <Container header={<Header variant="h2">{t("keys")}</Header>}>
      <KeyForm signIn={signIn} />
    </Container>
  );
}

export function SignIn() {
  const t = useText();
  const signIn = useSignIn();
  const isByLink = useLinkInAddress(signIn);
  const ways = useWays().data;
  const canShowPasskey = useCanShowPasskey();
  usePage({ title: t("title") });
  return (
    <main className="signin">
      <div className="signin-card">
        <div className="signin-brand">
          <img src={mark} alt="" width="44" height="44" />
          <div>
            <Box variant="h1" padding="n">
              Vedette
            </Box>
            <Box color="text-body-secondary">{t("intro")}</Box>
          </div>
        </div>
        <SpaceBetween size="l">
          {hasSessionEnded() && (
            <Alert type="info" header={t("ended")}>
              {t("endedHelp")}
            </Alert>
          )}
          <Problem signIn={signIn} isByLink={isByLink} />
          {typeof ways?.company === "string" && <Company name={ways.company} />}
          {canShowPasskey && !asksForCode(signIn) && (
            <Button fullWidth iconName="key" onClick={() => signIn.mutate({ byPasskey: true })}>
              {t("passkey")}
            </Button>
          )}
          {ways?.keys !== false && <Keys signIn={signIn} />}
          <Container header={<Header variant="h2">{t("link")}</Header>}>
            <Box color="text-body-secondary">{t("linkHelp")}</Box>
          </Container>
          <LanguageChoice />
        </SpaceBetween>
      </div>
    </main>
  );
}
