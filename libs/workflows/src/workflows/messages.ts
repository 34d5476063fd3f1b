import { defineQuery, defineSignal } from '@temporalio/workflow';
import { goOnSignalName, pauseSignalName, progressQueryName, reportSignalName } from '../names.ts';
import type { RunProgress, RunReport } from '../progress.ts';

export const progressQuery = defineQuery<RunProgress>(progressQueryName);
export const stageProgressQuery = defineQuery<RunReport>(progressQueryName);
export const reportSignal = defineSignal<[RunReport]>(reportSignalName);
export const pauseSignal = defineSignal(pauseSignalName);
export const goOnSignal = defineSignal(goOnSignalName);
