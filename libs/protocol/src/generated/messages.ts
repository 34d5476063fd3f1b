// Generated from proto/ by libs/protocol/scripts/generate.mjs: do not edit.
// X is a message as it is received: a plain object, every field present, a oneof as a discriminated union.
// XInput is a message to send: fields that are left out have their default.
import type { ovis } from './ovis.js';

export interface Chunk {
  data: Uint8Array;
}
export type ChunkInput = ovis.collective.v1.Chunk.$Shape;

/** One rank of a group. */
export interface GroupMember {
  rank: number;
  /** Names the member over all generations. */
  memberId: string;
  /** "host:port" of the member's collective listener, or several of them separated by commas. */
  address: string;
}
export type GroupMemberInput = ovis.collective.v1.GroupMember.$Shape;

/** A set of processes that run collectives together. */
export interface Group {
  groupId: string;
  /** Grows by one each time the same group re-forms; members of an older generation are refused. */
  generation: number;
  /** Ordered by rank: members[i].rank == i. */
  members: GroupMember[];
  /** Why it re-formed; empty for the first generation. */
  reason: string;
}
export type GroupInput = ovis.collective.v1.Group.$Shape;

export type MemberRequest = (
  | { request: 'join'; join: JoinRequest }
  | { request: 'reform'; reform: ReformRequest }
  | { request: 'leave'; leave: LeaveRequest }
  | { request?: undefined }
);
export type MemberRequestInput = ovis.collective.v1.MemberRequest.$Shape;

export interface JoinRequest {
  groupId: string;
  memberId: string;
  address: string;
  /** A generation has at least this many members, and at most max_world (0: as many as come). */
  minWorld: number;
  maxWorld: number;
  /** The generation that the member is in, when it comes again after its stream broke; else 0. */
  generation: number;
}
export type JoinRequestInput = ovis.collective.v1.JoinRequest.$Shape;

/** The generation does not work any more, or should take in those who wait. */
export interface ReformRequest {
  /** The one that the member is in: a request for an older one is refused. */
  generation: number;
  /** Members that are lost, as far as this one knows. */
  lost: string[];
  reason: string;
}
export type ReformRequestInput = ovis.collective.v1.ReformRequest.$Shape;

export type LeaveRequest = Record<string, never>;
export type LeaveRequestInput = ovis.collective.v1.LeaveRequest.$Shape;

export type GroupEvent = (
  | { event: 'formed'; formed: Group }
  | { event: 'waiting'; waiting: Waiting }
  | { event: 'wanted'; wanted: Wanted }
  | { event: 'refused'; refused: Refused }
  | { event?: undefined }
);
export type GroupEventInput = ovis.collective.v1.GroupEvent.$Shape;

export interface Waiting {
  present: number;
  needed: number;
}
export type WaitingInput = ovis.collective.v1.Waiting.$Shape;

export interface Wanted {
  memberIds: string[];
}
export type WantedInput = ovis.collective.v1.Wanted.$Shape;

export interface Refused {
  /** STALE_GENERATION, GROUP_FULL, OTHER_GROUP_SIZE or BAD_REQUEST. */
  code: string;
  message: string;
  hint: string;
}
export type RefusedInput = ovis.collective.v1.Refused.$Shape;

export interface GetGroupRequest {
  groupId: string;
}
export type GetGroupRequestInput = ovis.collective.v1.GetGroupRequest.$Shape;

export type TrainerReport = (
  | { report: 'registration'; registration: Registration }
  | { report: 'heartbeat'; heartbeat: Heartbeat }
  | { report?: undefined }
);
export type TrainerReportInput = ovis.fleet.v1.TrainerReport.$Shape;

export interface Registration {
  /** Stable over reconnects of the same process. */
  trainerId: string;
  host: string;
  /** "host:port" of its TrainerService. */
  grpcAddress: string;
  /** "host:port" of its collective listener. */
  collectiveAddress: string;
  pid: number;
  device?: Device | null;
  /** Memory of the host in bytes. */
  memoryBytes: number;
  /** Package or library name to version, for instance {"node": "20.20.2", "tensorflow": "2.21.0"}. */
  versions: Record<string, string>;
  labels: Record<string, string>;
}
export type RegistrationInput = ovis.fleet.v1.Registration.$Shape;

export interface Device {
  /** "cpu" or "gpu". */
  kind: string;
  name: string;
  /** Memory of the device in bytes. */
  memoryBytes: number;
}
export type DeviceInput = ovis.fleet.v1.Device.$Shape;

export interface Heartbeat {
  state: TrainerState;
  runId: string;
  gangId: string;
  generation: number;
  stage: number;
  /** Steps completed in the stage: alive is not progressing. */
  step: number;
  phase: StagePhase;
  rank: number;
  /** The gang that it is kept for, at work or not; empty when none. */
  reservation?: Reservation | null;
  /** The stage that it holds in memory for the next generation; absent when none. */
  held?: HeldStage | null;
  /** Own time of a step (computing and waiting for data), mean of the last steps in ms; 0 when it trains nothing. */
  ownMs: number;
}
export type HeartbeatInput = ovis.fleet.v1.Heartbeat.$Shape;

export interface Reservation {
  runId: string;
  gangId: string;
  generation: number;
}
export type ReservationInput = ovis.fleet.v1.Reservation.$Shape;

export type FleetCommand = (
  | { command: 'accepted'; accepted: Accepted }
  | { command: 'drain'; drain: Drain }
  | { command: 'forget'; forget: Forget }
  | { command?: undefined }
);
export type FleetCommandInput = ovis.fleet.v1.FleetCommand.$Shape;

export interface Accepted {
  /** Send a heartbeat this often. */
  heartbeatMs: number;
}
export type AcceptedInput = ovis.fleet.v1.Accepted.$Shape;

export interface Drain {
  reason: string;
}
export type DrainInput = ovis.fleet.v1.Drain.$Shape;

/** Nobody speaks for this gang any more: what the trainer keeps for it is free. */
export interface Forget {
  gangId: string;
  generation: number;
}
export type ForgetInput = ovis.fleet.v1.Forget.$Shape;

export type ListTrainersRequest = Record<string, never>;
export type ListTrainersRequestInput = ovis.fleet.v1.ListTrainersRequest.$Shape;

export interface ListTrainersResponse {
  trainers: Trainer[];
  /** Gangs that wait for trainers, the next one first. */
  queue: WaitingGang[];
}
export type ListTrainersResponseInput = ovis.fleet.v1.ListTrainersResponse.$Shape;

export interface WaitingGang {
  runId: string;
  gangId: string;
  /** 0: the evaluation. */
  stage: number;
  priority: number;
  /** Milliseconds since the Unix epoch. */
  submittedAtMs: number;
  trainers: number;
  minTrainers: number;
  /** Why it waits, in words. */
  reason: string;
  waitedMs: number;
}
export type WaitingGangInput = ovis.fleet.v1.WaitingGang.$Shape;

export interface DrainTrainerRequest {
  trainerId: string;
  reason: string;
}
export type DrainTrainerRequestInput = ovis.fleet.v1.DrainTrainerRequest.$Shape;

export type DrainTrainerResponse = Record<string, never>;
export type DrainTrainerResponseInput = ovis.fleet.v1.DrainTrainerResponse.$Shape;

/** What the controller knows about one trainer. */
export interface Trainer {
  registration?: Registration | null;
  heartbeat?: Heartbeat | null;
  /** False when its stream broke; it may still work. */
  connected: boolean;
  /** Milliseconds since the last report. */
  silentMs: number;
  /** The run it is kept for; empty when it is free. */
  leaseRunId: string;
  /** Own time of a step beside the median of its gang: 1 is as fast as the others, 0 when it trains nothing or alone. */
  stragglerScore: number;
}
export type TrainerInput = ovis.fleet.v1.Trainer.$Shape;

export interface WatchRunRequest {
  runId: string;
}
export type WatchRunRequestInput = ovis.fleet.v1.WatchRunRequest.$Shape;

export type RunEvent = {
  runId: string;
  /** Empty for notes of the controller itself. */
  trainerId: string;
  rank: number;
} & (
  | { event: 'stage'; stage: StageEvent }
  | { event: 'evaluate'; evaluate: EvaluateEvent }
  | { event: 'note'; note: RunNote }
  | { event?: undefined }
);
export type RunEventInput = ovis.fleet.v1.RunEvent.$Shape;

/** A line for people: "stage 2 re-forms with 1 trainer in generation 3". */
export interface RunNote {
  level: string;
  message: string;
  /** True for the last event of a run: nothing follows. */
  final: boolean;
}
export type RunNoteInput = ovis.fleet.v1.RunNote.$Shape;

export const TrainerState = {
  UNSPECIFIED: 0,
  IDLE: 1,
  BUSY: 2,
  /** Finishes what it does and takes no new work. */
  DRAINING: 3,
} as const;
export type TrainerState = (typeof TrainerState)[keyof typeof TrainerState];

/** What a trainer does inside a stage. Each phase has its own time limit: alive is not progressing. */
export const StagePhase = {
  UNSPECIFIED: 0,
  LOADING: 1,
  COMPILING: 2,
  TRAINING: 3,
  CHECKPOINTING: 4,
} as const;
export type StagePhase = (typeof StagePhase)[keyof typeof StagePhase];

export interface ReserveRequest {
  runId: string;
  gangId: string;
  generation: number;
}
export type ReserveRequestInput = ovis.trainer.v1.ReserveRequest.$Shape;

export interface ReserveResponse {
  /** The stage of this gang that it holds in memory; absent when it holds none. */
  held?: HeldStage | null;
}
export type ReserveResponseInput = ovis.trainer.v1.ReserveResponse.$Shape;

export interface ReleaseRequest {
  gangId: string;
  /** A later generation is left alone. */
  generation: number;
  reason: string;
}
export type ReleaseRequestInput = ovis.trainer.v1.ReleaseRequest.$Shape;

export interface ReleaseResponse {
  /** False when it had nothing to do with the gang. */
  released: boolean;
}
export type ReleaseResponseInput = ovis.trainer.v1.ReleaseResponse.$Shape;

/** A stage that a trainer keeps in memory after its gang has ended, so that the next generation goes on without reading a checkpoint. */
export interface HeldStage {
  runId: string;
  gangId: string;
  stage: number;
  /** Steps that are in its weights. */
  step: number;
  bytes: number;
}
export type HeldStageInput = ovis.trainer.v1.HeldStage.$Shape;

export interface RunStageRequest {
  runId: string;
  gangId: string;
  generation: number;
  rank: number;
  world: number;
  /** "host:port" of every rank's collective listener, by rank, this trainer's own included. */
  collectiveAddresses: string[];
  /** 1, 2 or 3. */
  stage: number;
  /** The whole run config, defaults filled in, as JSON. */
  runConfigJson: string;
  /** Checkpoint to start from; empty means from the pre-trained backbones. */
  checkpointUrl: string;
  /**
   * True when the stage starts at step 0 (new optimizer, weights of checkpoint_url); false when it continues
   * the stage that the checkpoint was taken in.
   */
  initial: boolean;
  /** Temporal activity attempt; a trainer refuses an attempt older than one it has seen. */
  attempt: number;
  /** Steps of the stage that are in checkpoint_url: memory of an earlier step is not used. */
  startStep: number;
  /** The config may differ from that of the checkpoint in what a stage can change on its way (rates, schedule, number of steps). */
  acceptChanges: boolean;
}
export type RunStageRequestInput = ovis.trainer.v1.RunStageRequest.$Shape;

export interface PrepareRequest {
  runId: string;
  gangId: string;
  /** Trainers of the gang: alone, a trainer has other graphs than with peers. */
  world: number;
  stage: number;
  runConfigJson: string;
  /** Any checkpoint of the model; empty means the pre-trained backbones. */
  checkpointUrl: string;
}
export type PrepareRequestInput = ovis.trainer.v1.PrepareRequest.$Shape;

export interface PrepareResponse {
  /** False while it is under way: ask again. */
  prepared: boolean;
}
export type PrepareResponseInput = ovis.trainer.v1.PrepareResponse.$Shape;

export interface AttachRequest {
  gangId: string;
  generation: number;
}
export type AttachRequestInput = ovis.trainer.v1.AttachRequest.$Shape;

export interface StopRequest {
  gangId: string;
  /** Save a checkpoint before stopping. */
  checkpoint: boolean;
  /** Shown to the user, for instance "run cancelled". */
  reason: string;
  /** Stop at the next step boundary without a checkpoint and hold the stage in memory: the next generation begins at once. */
  hold: boolean;
}
export type StopRequestInput = ovis.trainer.v1.StopRequest.$Shape;

export interface StopResponse {
  /** False when the trainer was not running that gang. */
  stopped: boolean;
  /** The checkpoint that was saved; empty when none was asked for. */
  checkpointUrl: string;
}
export type StopResponseInput = ovis.trainer.v1.StopResponse.$Shape;

/** One thing that happened in a stage, on one rank. */
export type StageEvent = {
  stage: number;
  generation: number;
  rank: number;
  /** Milliseconds since the Unix epoch on the trainer's clock. */
  atMs: number;
} & (
  | { event: 'started'; started: StageStarted }
  | { event: 'phase'; phase: StagePhaseChanged }
  | { event: 'step'; step: StageStep }
  | { event: 'checkpoint'; checkpoint: StageCheckpoint }
  | { event: 'done'; done: StageDone }
  | { event: 'failed'; failed: Failure }
  | { event: 'statistics'; statistics: StageStatistics }
  | { event: 'warning'; warning: StageWarning }
  | { event: 'heldOut'; heldOut: StageHeldOut }
  | { event?: undefined }
);
export type StageEventInput = ovis.trainer.v1.StageEvent.$Shape;

export interface StageStarted {
  stepsTotal: number;
  /** Index of the first step that will run: 0, or the step after the checkpoint. */
  firstStep: number;
  /** Number of trainable numbers in this stage. */
  trainableParams: number;
  source: StageSource;
  /** For people, for instance "step 120 of rank 0 (trainer-1), 48.2 MB". */
  sourceDetail: string;
}
export type StageStartedInput = ovis.trainer.v1.StageStarted.$Shape;

/** Where a rank's weights come from. */
export const StageSource = {
  UNSPECIFIED: 0,
  BACKBONES: 1,
  CHECKPOINT: 2,
  /** It held them itself. */
  MEMORY: 3,
  /** Another rank held them and sent them. */
  PEER: 4,
} as const;
export type StageSource = (typeof StageSource)[keyof typeof StageSource];

export interface StagePhaseChanged {
  phase: StagePhase;
  /** For people, for instance "backbones: 11.2 MB". */
  detail: string;
}
export type StagePhaseChangedInput = ovis.trainer.v1.StagePhaseChanged.$Shape;

export interface StageStep {
  /** Steps completed, 1-based: the first optimizer step reports 1. */
  step: number;
  loss: number;
  /** Norm over trainable parameters before clipping. */
  gradNorm: number;
  lr: number;
  /** Of this step, all ranks together. */
  images: number;
  /** Unmasked label tokens of this step, all ranks together. */
  tokens: number;
  imagesPerS: number;
  computeMs: number;
  communicateMs: number;
  /** Time the step waited for data. */
  dataMs: number;
}
export type StageStepInput = ovis.trainer.v1.StageStep.$Shape;

/** A checkpoint has become visible. The stage has gone on since its snapshot. */
export interface StageCheckpoint {
  id: string;
  url: string;
  step: number;
  /** Of all its files. */
  bytes: number;
  /** From the snapshot until it was visible. */
  ms: number;
  /** What the training stood still for: the copy into host memory, and the checkpoint before. */
  snapshotMs: number;
  waitMs: number;
  /** Of the files that were written for it; the others are those of earlier checkpoints. */
  writtenBytes: number;
}
export type StageCheckpointInput = ovis.trainer.v1.StageCheckpoint.$Shape;

/** What the visual tokens of some pictures of all ranks looked like: the same on every rank. */
export interface StageStatistics {
  /** The step whose batch they are of. */
  step: number;
  /** Visual tokens that were looked at. */
  tokens: number;
  /** Mean entropy of a token's distribution over the words, nats. */
  entropy: number;
  /** exp(entropy) of the tokens. */
  effectiveWordsMean: number;
  effectiveWordsMedian: number;
  effectiveWordsLeast: number;
  /** Share of the tokens that are nearly one word each. */
  saturated: number;
  /** Mean largest probability. */
  largest: number;
  /** Words that tokens can have. */
  words: number;
  /** Share of the words that get next to no probability. */
  deadWords: number;
  /** Tokens that this is an average over, times effective words, by the number of words. */
  coverage: number;
  /** Of the visual embeddings: variance relative to their square, mean cosine between pictures, directions they spread in. */
  variance: number;
  cosine: number;
  dimensions: number;
  /** Frobenius norm of the visual embedding table; root mean square of the head's LayerNorm weights. */
  tableNorm: number;
  logitScale: number;
  /** How long this took. */
  ms: number;
}
export type StageStatisticsInput = ovis.trainer.v1.StageStatistics.$Shape;

/** Something goes wrong in the training, or is over again. Once per episode. */
export interface StageWarning {
  /** saturation, dead-words, collapse, overfitting, bad-loss, late-checkpoint. */
  signature: string;
  step: number;
  /** The step that showed it first. */
  since: number;
  /** What is seen, with numbers. */
  message: string;
  /** What to do about it. */
  remedy: string;
  /** It is gone again. */
  over: boolean;
}
export type StageWarningInput = ovis.trainer.v1.StageWarning.$Shape;

/** Loss on samples that are not trained on. */
export interface StageHeldOut {
  step: number;
  loss: number;
  /** Of the last training steps. */
  trainLoss: number;
  samples: number;
  /** How long this took. */
  ms: number;
}
export type StageHeldOutInput = ovis.trainer.v1.StageHeldOut.$Shape;

export interface StageDone {
  checkpointUrl: string;
  steps: number;
  finalLoss: number;
}
export type StageDoneInput = ovis.trainer.v1.StageDone.$Shape;

/** An error with its cause and cure. */
export interface Failure {
  /** Stable name, for instance PEER_LOST, TRUNCATED, BAD_CONFIG. */
  code: string;
  /** What failed, where and why. */
  message: string;
  /** How to fix it. */
  hint: string;
  /** True for infrastructure and membership faults, false for user errors. */
  retryable: boolean;
  /** The rank that reports. */
  rank: number;
  /** The rank that caused it, when it was another one. */
  peerRank?: number;
}
export type FailureInput = ovis.trainer.v1.Failure.$Shape;

export interface EvaluateRequest {
  runId: string;
  gangId: string;
  /** Rank r of world w answers the questions i with i % w == r. */
  rank: number;
  world: number;
  runConfigJson: string;
  checkpointUrl: string;
  /** Answer each question a second time with a blank image: the baseline that shows what vision adds. */
  blankImage: boolean;
  /** Where this rank writes its predictions (JSON lines). */
  outputUrl: string;
}
export type EvaluateRequestInput = ovis.trainer.v1.EvaluateRequest.$Shape;

export type EvaluateEvent = (
  | { event: 'progress'; progress: EvaluateProgress }
  | { event: 'done'; done: EvaluateDone }
  | { event: 'failed'; failed: Failure }
  | { event?: undefined }
);
export type EvaluateEventInput = ovis.trainer.v1.EvaluateEvent.$Shape;

export interface EvaluateProgress {
  done: number;
  total: number;
  questionsPerS: number;
  /** True while the blank-image pass runs. */
  blankImage: boolean;
}
export type EvaluateProgressInput = ovis.trainer.v1.EvaluateProgress.$Shape;

export interface EvaluateDone {
  predictionsUrl: string;
  questions: number;
}
export type EvaluateDoneInput = ovis.trainer.v1.EvaluateDone.$Shape;

export type GetStatusRequest = Record<string, never>;
export type GetStatusRequestInput = ovis.trainer.v1.GetStatusRequest.$Shape;

export interface GetStatusResponse {
  trainerId: string;
  state: TrainerState;
  runId: string;
  gangId: string;
  stage: number;
  step: number;
  stepsTotal: number;
  phase: StagePhase;
  rank: number;
  /** The collective group it is a member of; absent when idle. */
  group?: Group | null;
}
export type GetStatusResponseInput = ovis.trainer.v1.GetStatusResponse.$Shape;

export type DiagnoseRequest = Record<string, never>;
export type DiagnoseRequestInput = ovis.trainer.v1.DiagnoseRequest.$Shape;

export interface DiagnoseResponse {
  runId: string;
  gangId: string;
  generation: number;
  rank: number;
  stage: number;
  step: number;
  phase: StagePhase;
  /** Since the last event of the stage. */
  silentMs: number;
  /** Longest time that the main thread did not answer since the process began or the last diagnosis, and where it was then. */
  blockedMs: number;
  blockedStack: string;
  /** The last collectives of the group, oldest first, as JSON (CollectiveReport of @ovis/allreduce). */
  collectivesJson: string;
  /** Resources that keep the event loop busy, for instance "TCPSocketWrap". */
  activeResources: string[];
  rssBytes: number;
}
export type DiagnoseResponseInput = ovis.trainer.v1.DiagnoseResponse.$Shape;
