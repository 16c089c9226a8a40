/** What a person chooses in the dialog, and what of it is missing. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { call, fetchPages, queryClient, useCall, useRegion, type ProjectService } from "../../api";
import { STALE } from "./alarms";
import {
  alarmOf,
  type AlarmInput,
  conditionsFor,
  freeName,
  isValue,
  RULES,
  type ConditionId,
  type WatchedModel,
} from "./conditions";

/** The names that CloudWatch takes. */
const LONGEST_NAME = 255;
/** Of a proposed one, with room for a number. */
const ROOM = LONGEST_NAME - 5;

function serviceOf(text: string | null): ProjectService {
  return text === "lookoutvision" ? "lookoutvision" : "rekognition";
}

/** The model that the address has asked for, then what is chosen. */
function useModel() {
  const [search] = useSearchParams();
  return useState<WatchedModel>({
    service: serviceOf(search.get("service")),
    project: search.get("project") ?? "",
    version: search.get("version") ?? "",
  });
}

/** The topics that an alarm may call; who may not see them has none to choose from. */
export function useTopics(): readonly string[] {
  const { data } = useCall("vedette", "ListNotifications", {});
  return (data?.Topics ?? []).map(({ TopicArn = "" }) => TopicArn);
}

/** An alarm of that name is there, and putting one would change it. */
export class NameTaken extends Error {
  override readonly name = "NameTaken";
}

interface Wish {
  readonly alarm: AlarmInput;
  /** Whether somebody typed the name: then it is that one or none. */
  readonly isTyped: boolean;
}

/** Puts an alarm under a name that no other has. */
function usePutting(onMade: (name: string) => void) {
  const region = useRegion();
  return useMutation({
    mutationFn: async ({ alarm, isTyped }: Wish) => {
      const pages = await fetchPages((NextToken) =>
        call("monitoring", "DescribeAlarms", { AlarmNamePrefix: alarm.AlarmName, NextToken }, { region }),
      );
      const names = pages.flatMap(({ MetricAlarms = [] }) => MetricAlarms.map((one) => one.AlarmName ?? ""));
      if (isTyped && names.includes(alarm.AlarmName)) throw new NameTaken();
      const AlarmName = freeName(alarm.AlarmName, names);
      await call("monitoring", "PutMetricAlarm", { ...alarm, AlarmName }, { region });
      return AlarmName;
    },
    onSuccess: async (name) => {
      await Promise.all(STALE.map((queryKey) => queryClient.invalidateQueries({ queryKey })));
      onMade(name);
    },
  });
}

export function useTelling(onMade: (name: string) => void) {
  const [model, setModel] = useModel();
  const [id, setId] = useState<ConditionId>("slow");
  const [values, setValues] = useState<Partial<Record<ConditionId, string>>>({});
  const [typed, setTyped] = useState<string | null>(null);
  const [topic, setTopic] = useState<string | null>(null);
  const topics = useTopics();
  const put = usePutting(onMade);
  const conditions = conditionsFor(model.service);
  const known = conditions.includes(id) ? id : "slow";
  const value = values[known] ?? String(RULES[known].usual);
  const proposed = [model.project, model.version, known].filter((part) => part !== "").join("-");
  const name = typed ?? proposed.slice(-ROOM);
  const chosen = topic ?? topics[0] ?? "";
  const choice = { id: known, value: value.trim() === "" ? Number.NaN : Number(value) };
  return {
    model,
    setModel,
    conditions,
    id: known,
    setId,
    value,
    setValue: (text: string) => setValues({ ...values, [known]: text }),
    isValue: isValue(choice),
    name,
    setName: setTyped,
    topics,
    topic: chosen,
    setTopic,
    put,
    isWhole: model.project !== "" && isValue(choice) && name.trim() !== "" && name.length <= LONGEST_NAME,
    submit: () =>
      put.mutate({
        alarm: alarmOf(model, choice, { name: name.trim(), topics: chosen === "" ? [] : [chosen] }),
        isTyped: typed !== null,
      }),
  };
}
