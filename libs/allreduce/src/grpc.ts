/** What needs gRPC: the path of last resort, and membership. */
export { mountCollectives, serveCollectives, type CollectiveServer } from './transports/grpc-service.ts';
export { GroupCoordinator, type CoordinatorOptions } from './membership/coordinator.ts';
export { joinGroup, type Membership, type MembershipOptions } from './membership/join-group.ts';
