import * as $protobuf from "protobufjs/minimal.js";

/** Namespace ovis. */
export namespace ovis {

    /** Namespace collective. */
    namespace collective {

        /** Namespace v1. */
        namespace v1 {

            /** Membership of groups. Whoever hosts it decides nothing about the data: it says who belongs to which generation. */
            class GroupService extends $protobuf.rpc.Service {

                /**
                 * Constructs a new GroupService service.
                 * @param rpcImpl RPC implementation
                 * @param [requestDelimited=false] Whether requests are length-delimited
                 * @param [responseDelimited=false] Whether responses are length-delimited
                 */
                constructor(rpcImpl: $protobuf.RPCImpl, requestDelimited?: boolean, responseDelimited?: boolean);

                /**
                 * Creates new GroupService service using the specified rpc implementation.
                 * @param rpcImpl RPC implementation
                 * @param [requestDelimited=false] Whether requests are length-delimited
                 * @param [responseDelimited=false] Whether responses are length-delimited
                 * @returns RPC service. Useful where requests and/or responses are streamed.
                 */
                static create(rpcImpl: $protobuf.RPCImpl, requestDelimited?: boolean, responseDelimited?: boolean): GroupService;

                /**
                 * A member's place in a group. The first message joins, later ones ask for a new generation or leave. Every generation
                 * that the member is part of comes back. When the stream breaks, the member keeps its place until the group re-forms.
                 */
                join: ovis.collective.v1.GroupService.Join;

                /** The latest generation of a group. */
                getGroup: ovis.collective.v1.GroupService.GetGroup;
            }

            namespace GroupService {

                /**
                 * Callback as used by {@link ovis.collective.v1.GroupService#join}.
                 * @param error Error, if any
                 * @param [response] GroupEvent
                 */
                type JoinCallback = (error: (Error|null), response?: ovis.collective.v1.GroupEvent) => void;

                /**
                 * A member's place in a group. The first message joins, later ones ask for a new generation or leave. Every generation
                 * that the member is part of comes back. When the stream breaks, the member keeps its place until the group re-forms.
                 */
                type Join = {
                  (request: ovis.collective.v1.IMemberRequest, callback: ovis.collective.v1.GroupService.JoinCallback): void;
                  (request: ovis.collective.v1.IMemberRequest): Promise<ovis.collective.v1.GroupEvent>;
                  readonly name: "Join";
                  readonly path: "/ovis.collective.v1.GroupService/Join";
                  readonly requestType: "MemberRequest";
                  readonly responseType: "GroupEvent";
                  readonly requestStream: true;
                  readonly responseStream: true;
                };

                /**
                 * Callback as used by {@link ovis.collective.v1.GroupService#getGroup}.
                 * @param error Error, if any
                 * @param [response] Group
                 */
                type GetGroupCallback = (error: (Error|null), response?: ovis.collective.v1.Group) => void;

                /** The latest generation of a group. */
                type GetGroup = {
                  (request: ovis.collective.v1.IGetGroupRequest, callback: ovis.collective.v1.GroupService.GetGroupCallback): void;
                  (request: ovis.collective.v1.IGetGroupRequest): Promise<ovis.collective.v1.Group>;
                  readonly name: "GetGroup";
                  readonly path: "/ovis.collective.v1.GroupService/GetGroup";
                  readonly requestType: "GetGroupRequest";
                  readonly responseType: "Group";
                  readonly requestStream: undefined;
                  readonly responseStream: undefined;
                };
            }

            /**
             * Frames of collectives as a stream of bytes, for ranks that reach each other over gRPC alone. The caller sends its
             * greeting and then reads what the other rank has for it.
             */
            class CollectiveService extends $protobuf.rpc.Service {

                /**
                 * Constructs a new CollectiveService service.
                 * @param rpcImpl RPC implementation
                 * @param [requestDelimited=false] Whether requests are length-delimited
                 * @param [responseDelimited=false] Whether responses are length-delimited
                 */
                constructor(rpcImpl: $protobuf.RPCImpl, requestDelimited?: boolean, responseDelimited?: boolean);

                /**
                 * Creates new CollectiveService service using the specified rpc implementation.
                 * @param rpcImpl RPC implementation
                 * @param [requestDelimited=false] Whether requests are length-delimited
                 * @param [responseDelimited=false] Whether responses are length-delimited
                 * @returns RPC service. Useful where requests and/or responses are streamed.
                 */
                static create(rpcImpl: $protobuf.RPCImpl, requestDelimited?: boolean, responseDelimited?: boolean): CollectiveService;

                /** Calls Connect. */
                connect: ovis.collective.v1.CollectiveService.Connect;
            }

            namespace CollectiveService {

                /**
                 * Callback as used by {@link ovis.collective.v1.CollectiveService#connect}.
                 * @param error Error, if any
                 * @param [response] Chunk
                 */
                type ConnectCallback = (error: (Error|null), response?: ovis.collective.v1.Chunk) => void;

                /** Calls Connect. */
                type Connect = {
                  (request: ovis.collective.v1.IChunk, callback: ovis.collective.v1.CollectiveService.ConnectCallback): void;
                  (request: ovis.collective.v1.IChunk): Promise<ovis.collective.v1.Chunk>;
                  readonly name: "Connect";
                  readonly path: "/ovis.collective.v1.CollectiveService/Connect";
                  readonly requestType: "Chunk";
                  readonly responseType: "Chunk";
                  readonly requestStream: true;
                  readonly responseStream: true;
                };
            }

            /**
             * Properties of a Chunk.
             * @deprecated Use ovis.collective.v1.Chunk.$Properties instead.
             */
            interface IChunk extends ovis.collective.v1.Chunk.$Properties {
            }

            /** Represents a Chunk. */
            class Chunk {

                /**
                 * Constructs a new Chunk.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.collective.v1.Chunk.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Chunk data. */
                data: Uint8Array;

                /**
                 * Creates a new Chunk instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Chunk instance
                 */
                static create(properties: ovis.collective.v1.Chunk.$Shape): ovis.collective.v1.Chunk & ovis.collective.v1.Chunk.$Shape;
                static create(properties?: ovis.collective.v1.Chunk.$Properties): ovis.collective.v1.Chunk;

                /**
                 * Encodes the specified Chunk message. Does not implicitly {@link ovis.collective.v1.Chunk.verify|verify} messages.
                 * @param message Chunk message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.collective.v1.Chunk.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Chunk message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.collective.v1.Chunk & ovis.collective.v1.Chunk.$Shape} Chunk
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.collective.v1.Chunk & ovis.collective.v1.Chunk.$Shape;

                /**
                 * Creates a Chunk message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns Chunk
                 */
                static fromObject(object: { [k: string]: any }): ovis.collective.v1.Chunk;

                /**
                 * Creates a plain object from a Chunk message. Also converts values to other types if specified.
                 * @param message Chunk
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.collective.v1.Chunk, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this Chunk to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace Chunk {

                /** Properties of a Chunk. */
                interface $Properties {

                    /** Chunk data */
                    data?: (Uint8Array|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Chunk. */
                type $Shape = ovis.collective.v1.Chunk.$Properties;
            }

            /**
             * Properties of a GroupMember.
             * @deprecated Use ovis.collective.v1.GroupMember.$Properties instead.
             */
            interface IGroupMember extends ovis.collective.v1.GroupMember.$Properties {
            }

            /** One rank of a group. */
            class GroupMember {

                /**
                 * Constructs a new GroupMember.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.collective.v1.GroupMember.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** GroupMember rank. */
                rank: number;

                /** Names the member over all generations. */
                memberId: string;

                /** "host:port" of the member's collective listener, or several of them separated by commas. */
                address: string;

                /**
                 * Creates a new GroupMember instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns GroupMember instance
                 */
                static create(properties: ovis.collective.v1.GroupMember.$Shape): ovis.collective.v1.GroupMember & ovis.collective.v1.GroupMember.$Shape;
                static create(properties?: ovis.collective.v1.GroupMember.$Properties): ovis.collective.v1.GroupMember;

                /**
                 * Encodes the specified GroupMember message. Does not implicitly {@link ovis.collective.v1.GroupMember.verify|verify} messages.
                 * @param message GroupMember message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.collective.v1.GroupMember.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a GroupMember message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.collective.v1.GroupMember & ovis.collective.v1.GroupMember.$Shape} GroupMember
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.collective.v1.GroupMember & ovis.collective.v1.GroupMember.$Shape;

                /**
                 * Creates a GroupMember message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns GroupMember
                 */
                static fromObject(object: { [k: string]: any }): ovis.collective.v1.GroupMember;

                /**
                 * Creates a plain object from a GroupMember message. Also converts values to other types if specified.
                 * @param message GroupMember
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.collective.v1.GroupMember, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this GroupMember to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace GroupMember {

                /** Properties of a GroupMember. */
                interface $Properties {

                    /** GroupMember rank */
                    rank?: (number|null);

                    /** Names the member over all generations. */
                    memberId?: (string|null);

                    /** "host:port" of the member's collective listener, or several of them separated by commas. */
                    address?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a GroupMember. */
                type $Shape = ovis.collective.v1.GroupMember.$Properties;
            }

            /**
             * Properties of a Group.
             * @deprecated Use ovis.collective.v1.Group.$Properties instead.
             */
            interface IGroup extends ovis.collective.v1.Group.$Properties {
            }

            /** A set of processes that run collectives together. */
            class Group {

                /**
                 * Constructs a new Group.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.collective.v1.Group.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Group groupId. */
                groupId: string;

                /** Grows by one each time the same group re-forms; members of an older generation are refused. */
                generation: number;

                /** Ordered by rank: members[i].rank == i. */
                members: ovis.collective.v1.GroupMember.$Properties[];

                /** Why it re-formed; empty for the first generation. */
                reason: string;

                /**
                 * Creates a new Group instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Group instance
                 */
                static create(properties: ovis.collective.v1.Group.$Shape): ovis.collective.v1.Group & ovis.collective.v1.Group.$Shape;
                static create(properties?: ovis.collective.v1.Group.$Properties): ovis.collective.v1.Group;

                /**
                 * Encodes the specified Group message. Does not implicitly {@link ovis.collective.v1.Group.verify|verify} messages.
                 * @param message Group message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.collective.v1.Group.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Group message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.collective.v1.Group & ovis.collective.v1.Group.$Shape} Group
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.collective.v1.Group & ovis.collective.v1.Group.$Shape;

                /**
                 * Creates a Group message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns Group
                 */
                static fromObject(object: { [k: string]: any }): ovis.collective.v1.Group;

                /**
                 * Creates a plain object from a Group message. Also converts values to other types if specified.
                 * @param message Group
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.collective.v1.Group, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this Group to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace Group {

                /** Properties of a Group. */
                interface $Properties {

                    /** Group groupId */
                    groupId?: (string|null);

                    /** Grows by one each time the same group re-forms; members of an older generation are refused. */
                    generation?: (number|null);

                    /** Ordered by rank: members[i].rank == i. */
                    members?: (ovis.collective.v1.GroupMember.$Properties[]|null);

                    /** Why it re-formed; empty for the first generation. */
                    reason?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Group. */
                type $Shape = ovis.collective.v1.Group.$Properties;
            }

            /**
             * Properties of a MemberRequest.
             * @deprecated Use ovis.collective.v1.MemberRequest.$Properties instead.
             */
            interface IMemberRequest extends ovis.collective.v1.MemberRequest.$Properties {
            }

            /** Represents a MemberRequest. */
            class MemberRequest {

                /**
                 * Constructs a new MemberRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.collective.v1.MemberRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** MemberRequest join. */
                join?: (ovis.collective.v1.JoinRequest.$Properties|null);

                /** MemberRequest reform. */
                reform?: (ovis.collective.v1.ReformRequest.$Properties|null);

                /** MemberRequest leave. */
                leave?: (ovis.collective.v1.LeaveRequest.$Properties|null);

                /** MemberRequest request. */
                request?: ("join"|"reform"|"leave");

                /**
                 * Creates a new MemberRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns MemberRequest instance
                 */
                static create(properties: ovis.collective.v1.MemberRequest.$Shape): ovis.collective.v1.MemberRequest & ovis.collective.v1.MemberRequest.$Shape;
                static create(properties?: ovis.collective.v1.MemberRequest.$Properties): ovis.collective.v1.MemberRequest;

                /**
                 * Encodes the specified MemberRequest message. Does not implicitly {@link ovis.collective.v1.MemberRequest.verify|verify} messages.
                 * @param message MemberRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.collective.v1.MemberRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a MemberRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.collective.v1.MemberRequest & ovis.collective.v1.MemberRequest.$Shape} MemberRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.collective.v1.MemberRequest & ovis.collective.v1.MemberRequest.$Shape;

                /**
                 * Creates a MemberRequest message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns MemberRequest
                 */
                static fromObject(object: { [k: string]: any }): ovis.collective.v1.MemberRequest;

                /**
                 * Creates a plain object from a MemberRequest message. Also converts values to other types if specified.
                 * @param message MemberRequest
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.collective.v1.MemberRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this MemberRequest to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace MemberRequest {

                /** Properties of a MemberRequest. */
                interface $Properties {

                    /** MemberRequest join */
                    join?: (ovis.collective.v1.JoinRequest.$Properties|null);

                    /** MemberRequest reform */
                    reform?: (ovis.collective.v1.ReformRequest.$Properties|null);

                    /** MemberRequest leave */
                    leave?: (ovis.collective.v1.LeaveRequest.$Properties|null);

                    /** MemberRequest request */
                    request?: ("join"|"reform"|"leave");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of a MemberRequest. */
                type $Shape = {
                  join?: ovis.collective.v1.JoinRequest.$Shape|null;
                  reform?: ovis.collective.v1.ReformRequest.$Shape|null;
                  leave?: ovis.collective.v1.LeaveRequest.$Shape|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ request?: undefined; join?: null; reform?: null; leave?: null }|{ request?: "join"; join: ovis.collective.v1.JoinRequest.$Shape; reform?: null; leave?: null }|{ request?: "reform"; join?: null; reform: ovis.collective.v1.ReformRequest.$Shape; leave?: null }|{ request?: "leave"; join?: null; reform?: null; leave: ovis.collective.v1.LeaveRequest.$Shape })
                );
            }

            /**
             * Properties of a JoinRequest.
             * @deprecated Use ovis.collective.v1.JoinRequest.$Properties instead.
             */
            interface IJoinRequest extends ovis.collective.v1.JoinRequest.$Properties {
            }

            /** Represents a JoinRequest. */
            class JoinRequest {

                /**
                 * Constructs a new JoinRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.collective.v1.JoinRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** JoinRequest groupId. */
                groupId: string;

                /** JoinRequest memberId. */
                memberId: string;

                /** JoinRequest address. */
                address: string;

                /** A generation has at least this many members, and at most max_world (0: as many as come). */
                minWorld: number;

                /** JoinRequest maxWorld. */
                maxWorld: number;

                /** The generation that the member is in, when it comes again after its stream broke; else 0. */
                generation: number;

                /**
                 * Creates a new JoinRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns JoinRequest instance
                 */
                static create(properties: ovis.collective.v1.JoinRequest.$Shape): ovis.collective.v1.JoinRequest & ovis.collective.v1.JoinRequest.$Shape;
                static create(properties?: ovis.collective.v1.JoinRequest.$Properties): ovis.collective.v1.JoinRequest;

                /**
                 * Encodes the specified JoinRequest message. Does not implicitly {@link ovis.collective.v1.JoinRequest.verify|verify} messages.
                 * @param message JoinRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.collective.v1.JoinRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a JoinRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.collective.v1.JoinRequest & ovis.collective.v1.JoinRequest.$Shape} JoinRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.collective.v1.JoinRequest & ovis.collective.v1.JoinRequest.$Shape;

                /**
                 * Creates a JoinRequest message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns JoinRequest
                 */
                static fromObject(object: { [k: string]: any }): ovis.collective.v1.JoinRequest;

                /**
                 * Creates a plain object from a JoinRequest message. Also converts values to other types if specified.
                 * @param message JoinRequest
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.collective.v1.JoinRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this JoinRequest to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace JoinRequest {

                /** Properties of a JoinRequest. */
                interface $Properties {

                    /** JoinRequest groupId */
                    groupId?: (string|null);

                    /** JoinRequest memberId */
                    memberId?: (string|null);

                    /** JoinRequest address */
                    address?: (string|null);

                    /** A generation has at least this many members, and at most max_world (0: as many as come). */
                    minWorld?: (number|null);

                    /** JoinRequest maxWorld */
                    maxWorld?: (number|null);

                    /** The generation that the member is in, when it comes again after its stream broke; else 0. */
                    generation?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a JoinRequest. */
                type $Shape = ovis.collective.v1.JoinRequest.$Properties;
            }

            /**
             * Properties of a ReformRequest.
             * @deprecated Use ovis.collective.v1.ReformRequest.$Properties instead.
             */
            interface IReformRequest extends ovis.collective.v1.ReformRequest.$Properties {
            }

            /** The generation does not work any more, or should take in those who wait. */
            class ReformRequest {

                /**
                 * Constructs a new ReformRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.collective.v1.ReformRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** The one that the member is in: a request for an older one is refused. */
                generation: number;

                /** Members that are lost, as far as this one knows. */
                lost: string[];

                /** ReformRequest reason. */
                reason: string;

                /**
                 * Creates a new ReformRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ReformRequest instance
                 */
                static create(properties: ovis.collective.v1.ReformRequest.$Shape): ovis.collective.v1.ReformRequest & ovis.collective.v1.ReformRequest.$Shape;
                static create(properties?: ovis.collective.v1.ReformRequest.$Properties): ovis.collective.v1.ReformRequest;

                /**
                 * Encodes the specified ReformRequest message. Does not implicitly {@link ovis.collective.v1.ReformRequest.verify|verify} messages.
                 * @param message ReformRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.collective.v1.ReformRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ReformRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.collective.v1.ReformRequest & ovis.collective.v1.ReformRequest.$Shape} ReformRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.collective.v1.ReformRequest & ovis.collective.v1.ReformRequest.$Shape;

                /**
                 * Creates a ReformRequest message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns ReformRequest
                 */
                static fromObject(object: { [k: string]: any }): ovis.collective.v1.ReformRequest;

                /**
                 * Creates a plain object from a ReformRequest message. Also converts values to other types if specified.
                 * @param message ReformRequest
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.collective.v1.ReformRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this ReformRequest to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace ReformRequest {

                /** Properties of a ReformRequest. */
                interface $Properties {

                    /** The one that the member is in: a request for an older one is refused. */
                    generation?: (number|null);

                    /** Members that are lost, as far as this one knows. */
                    lost?: (string[]|null);

                    /** ReformRequest reason */
                    reason?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ReformRequest. */
                type $Shape = ovis.collective.v1.ReformRequest.$Properties;
            }

            /**
             * Properties of a LeaveRequest.
             * @deprecated Use ovis.collective.v1.LeaveRequest.$Properties instead.
             */
            interface ILeaveRequest extends ovis.collective.v1.LeaveRequest.$Properties {
            }

            /** Represents a LeaveRequest. */
            class LeaveRequest {

                /**
                 * Constructs a new LeaveRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.collective.v1.LeaveRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new LeaveRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns LeaveRequest instance
                 */
                static create(properties: ovis.collective.v1.LeaveRequest.$Shape): ovis.collective.v1.LeaveRequest & ovis.collective.v1.LeaveRequest.$Shape;
                static create(properties?: ovis.collective.v1.LeaveRequest.$Properties): ovis.collective.v1.LeaveRequest;

                /**
                 * Encodes the specified LeaveRequest message. Does not implicitly {@link ovis.collective.v1.LeaveRequest.verify|verify} messages.
                 * @param message LeaveRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.collective.v1.LeaveRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a LeaveRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.collective.v1.LeaveRequest & ovis.collective.v1.LeaveRequest.$Shape} LeaveRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.collective.v1.LeaveRequest & ovis.collective.v1.LeaveRequest.$Shape;

                /**
                 * Creates a LeaveRequest message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns LeaveRequest
                 */
                static fromObject(object: { [k: string]: any }): ovis.collective.v1.LeaveRequest;

                /**
                 * Creates a plain object from a LeaveRequest message. Also converts values to other types if specified.
                 * @param message LeaveRequest
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.collective.v1.LeaveRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this LeaveRequest to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace LeaveRequest {

                /** Properties of a LeaveRequest. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a LeaveRequest. */
                type $Shape = ovis.collective.v1.LeaveRequest.$Properties;
            }

            /**
             * Properties of a GroupEvent.
             * @deprecated Use ovis.collective.v1.GroupEvent.$Properties instead.
             */
            interface IGroupEvent extends ovis.collective.v1.GroupEvent.$Properties {
            }

            /** Represents a GroupEvent. */
            class GroupEvent {

                /**
                 * Constructs a new GroupEvent.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.collective.v1.GroupEvent.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** The member belongs to this generation. */
                formed?: (ovis.collective.v1.Group.$Properties|null);

                /** Not enough members yet. */
                waiting?: (ovis.collective.v1.Waiting.$Properties|null);

                /** Others wait to be taken in: re-form when it suits. */
                wanted?: (ovis.collective.v1.Wanted.$Properties|null);

                /** GroupEvent refused. */
                refused?: (ovis.collective.v1.Refused.$Properties|null);

                /** GroupEvent event. */
                event?: ("formed"|"waiting"|"wanted"|"refused");

                /**
                 * Creates a new GroupEvent instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns GroupEvent instance
                 */
                static create(properties: ovis.collective.v1.GroupEvent.$Shape): ovis.collective.v1.GroupEvent & ovis.collective.v1.GroupEvent.$Shape;
                static create(properties?: ovis.collective.v1.GroupEvent.$Properties): ovis.collective.v1.GroupEvent;

                /**
                 * Encodes the specified GroupEvent message. Does not implicitly {@link ovis.collective.v1.GroupEvent.verify|verify} messages.
                 * @param message GroupEvent message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.collective.v1.GroupEvent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a GroupEvent message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.collective.v1.GroupEvent & ovis.collective.v1.GroupEvent.$Shape} GroupEvent
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.collective.v1.GroupEvent & ovis.collective.v1.GroupEvent.$Shape;

                /**
                 * Creates a GroupEvent message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns GroupEvent
                 */
                static fromObject(object: { [k: string]: any }): ovis.collective.v1.GroupEvent;

                /**
                 * Creates a plain object from a GroupEvent message. Also converts values to other types if specified.
                 * @param message GroupEvent
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.collective.v1.GroupEvent, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this GroupEvent to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace GroupEvent {

                /** Properties of a GroupEvent. */
                interface $Properties {

                    /** The member belongs to this generation. */
                    formed?: (ovis.collective.v1.Group.$Properties|null);

                    /** Not enough members yet. */
                    waiting?: (ovis.collective.v1.Waiting.$Properties|null);

                    /** Others wait to be taken in: re-form when it suits. */
                    wanted?: (ovis.collective.v1.Wanted.$Properties|null);

                    /** GroupEvent refused */
                    refused?: (ovis.collective.v1.Refused.$Properties|null);

                    /** GroupEvent event */
                    event?: ("formed"|"waiting"|"wanted"|"refused");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of a GroupEvent. */
                type $Shape = {
                  formed?: ovis.collective.v1.Group.$Shape|null;
                  waiting?: ovis.collective.v1.Waiting.$Shape|null;
                  wanted?: ovis.collective.v1.Wanted.$Shape|null;
                  refused?: ovis.collective.v1.Refused.$Shape|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ event?: undefined; formed?: null; waiting?: null; wanted?: null; refused?: null }|{ event?: "formed"; formed: ovis.collective.v1.Group.$Shape; waiting?: null; wanted?: null; refused?: null }|{ event?: "waiting"; formed?: null; waiting: ovis.collective.v1.Waiting.$Shape; wanted?: null; refused?: null }|{ event?: "wanted"; formed?: null; waiting?: null; wanted: ovis.collective.v1.Wanted.$Shape; refused?: null }|{ event?: "refused"; formed?: null; waiting?: null; wanted?: null; refused: ovis.collective.v1.Refused.$Shape })
                );
            }

            /**
             * Properties of a Waiting.
             * @deprecated Use ovis.collective.v1.Waiting.$Properties instead.
             */
            interface IWaiting extends ovis.collective.v1.Waiting.$Properties {
            }

            /** Represents a Waiting. */
            class Waiting {

                /**
                 * Constructs a new Waiting.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.collective.v1.Waiting.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Waiting present. */
                present: number;

                /** Waiting needed. */
                needed: number;

                /**
                 * Creates a new Waiting instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Waiting instance
                 */
                static create(properties: ovis.collective.v1.Waiting.$Shape): ovis.collective.v1.Waiting & ovis.collective.v1.Waiting.$Shape;
                static create(properties?: ovis.collective.v1.Waiting.$Properties): ovis.collective.v1.Waiting;

                /**
                 * Encodes the specified Waiting message. Does not implicitly {@link ovis.collective.v1.Waiting.verify|verify} messages.
                 * @param message Waiting message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.collective.v1.Waiting.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Waiting message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.collective.v1.Waiting & ovis.collective.v1.Waiting.$Shape} Waiting
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.collective.v1.Waiting & ovis.collective.v1.Waiting.$Shape;

                /**
                 * Creates a Waiting message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns Waiting
                 */
                static fromObject(object: { [k: string]: any }): ovis.collective.v1.Waiting;

                /**
                 * Creates a plain object from a Waiting message. Also converts values to other types if specified.
                 * @param message Waiting
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.collective.v1.Waiting, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this Waiting to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace Waiting {

                /** Properties of a Waiting. */
                interface $Properties {

                    /** Waiting present */
                    present?: (number|null);

                    /** Waiting needed */
                    needed?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Waiting. */
                type $Shape = ovis.collective.v1.Waiting.$Properties;
            }

            /**
             * Properties of a Wanted.
             * @deprecated Use ovis.collective.v1.Wanted.$Properties instead.
             */
            interface IWanted extends ovis.collective.v1.Wanted.$Properties {
            }

            /** Represents a Wanted. */
            class Wanted {

                /**
                 * Constructs a new Wanted.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.collective.v1.Wanted.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Wanted memberIds. */
                memberIds: string[];

                /**
                 * Creates a new Wanted instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Wanted instance
                 */
                static create(properties: ovis.collective.v1.Wanted.$Shape): ovis.collective.v1.Wanted & ovis.collective.v1.Wanted.$Shape;
                static create(properties?: ovis.collective.v1.Wanted.$Properties): ovis.collective.v1.Wanted;

                /**
                 * Encodes the specified Wanted message. Does not implicitly {@link ovis.collective.v1.Wanted.verify|verify} messages.
                 * @param message Wanted message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.collective.v1.Wanted.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Wanted message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.collective.v1.Wanted & ovis.collective.v1.Wanted.$Shape} Wanted
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.collective.v1.Wanted & ovis.collective.v1.Wanted.$Shape;

                /**
                 * Creates a Wanted message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns Wanted
                 */
                static fromObject(object: { [k: string]: any }): ovis.collective.v1.Wanted;

                /**
                 * Creates a plain object from a Wanted message. Also converts values to other types if specified.
                 * @param message Wanted
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.collective.v1.Wanted, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this Wanted to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace Wanted {

                /** Properties of a Wanted. */
                interface $Properties {

                    /** Wanted memberIds */
                    memberIds?: (string[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Wanted. */
                type $Shape = ovis.collective.v1.Wanted.$Properties;
            }

            /**
             * Properties of a Refused.
             * @deprecated Use ovis.collective.v1.Refused.$Properties instead.
             */
            interface IRefused extends ovis.collective.v1.Refused.$Properties {
            }

            /** Represents a Refused. */
            class Refused {

                /**
                 * Constructs a new Refused.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.collective.v1.Refused.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** STALE_GENERATION, GROUP_FULL, OTHER_GROUP_SIZE or BAD_REQUEST. */
                code: string;

                /** Refused message. */
                message: string;

                /** Refused hint. */
                hint: string;

                /**
                 * Creates a new Refused instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Refused instance
                 */
                static create(properties: ovis.collective.v1.Refused.$Shape): ovis.collective.v1.Refused & ovis.collective.v1.Refused.$Shape;
                static create(properties?: ovis.collective.v1.Refused.$Properties): ovis.collective.v1.Refused;

                /**
                 * Encodes the specified Refused message. Does not implicitly {@link ovis.collective.v1.Refused.verify|verify} messages.
                 * @param message Refused message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.collective.v1.Refused.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Refused message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.collective.v1.Refused & ovis.collective.v1.Refused.$Shape} Refused
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.collective.v1.Refused & ovis.collective.v1.Refused.$Shape;

                /**
                 * Creates a Refused message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns Refused
                 */
                static fromObject(object: { [k: string]: any }): ovis.collective.v1.Refused;

                /**
                 * Creates a plain object from a Refused message. Also converts values to other types if specified.
                 * @param message Refused
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.collective.v1.Refused, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this Refused to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace Refused {

                /** Properties of a Refused. */
                interface $Properties {

                    /** STALE_GENERATION, GROUP_FULL, OTHER_GROUP_SIZE or BAD_REQUEST. */
                    code?: (string|null);

                    /** Refused message */
                    message?: (string|null);

                    /** Refused hint */
                    hint?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Refused. */
                type $Shape = ovis.collective.v1.Refused.$Properties;
            }

            /**
             * Properties of a GetGroupRequest.
             * @deprecated Use ovis.collective.v1.GetGroupRequest.$Properties instead.
             */
            interface IGetGroupRequest extends ovis.collective.v1.GetGroupRequest.$Properties {
            }

            /** Represents a GetGroupRequest. */
            class GetGroupRequest {

                /**
                 * Constructs a new GetGroupRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.collective.v1.GetGroupRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** GetGroupRequest groupId. */
                groupId: string;

                /**
                 * Creates a new GetGroupRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns GetGroupRequest instance
                 */
                static create(properties: ovis.collective.v1.GetGroupRequest.$Shape): ovis.collective.v1.GetGroupRequest & ovis.collective.v1.GetGroupRequest.$Shape;
                static create(properties?: ovis.collective.v1.GetGroupRequest.$Properties): ovis.collective.v1.GetGroupRequest;

                /**
                 * Encodes the specified GetGroupRequest message. Does not implicitly {@link ovis.collective.v1.GetGroupRequest.verify|verify} messages.
                 * @param message GetGroupRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.collective.v1.GetGroupRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a GetGroupRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.collective.v1.GetGroupRequest & ovis.collective.v1.GetGroupRequest.$Shape} GetGroupRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.collective.v1.GetGroupRequest & ovis.collective.v1.GetGroupRequest.$Shape;

                /**
                 * Creates a GetGroupRequest message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns GetGroupRequest
                 */
                static fromObject(object: { [k: string]: any }): ovis.collective.v1.GetGroupRequest;

                /**
                 * Creates a plain object from a GetGroupRequest message. Also converts values to other types if specified.
                 * @param message GetGroupRequest
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.collective.v1.GetGroupRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this GetGroupRequest to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace GetGroupRequest {

                /** Properties of a GetGroupRequest. */
                interface $Properties {

                    /** GetGroupRequest groupId */
                    groupId?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a GetGroupRequest. */
                type $Shape = ovis.collective.v1.GetGroupRequest.$Properties;
            }
        }
    }

    /** Namespace fleet. */
    namespace fleet {

        /** Namespace v1. */
        namespace v1 {

            /** Represents a FleetService */
            class FleetService extends $protobuf.rpc.Service {

                /**
                 * Constructs a new FleetService service.
                 * @param rpcImpl RPC implementation
                 * @param [requestDelimited=false] Whether requests are length-delimited
                 * @param [responseDelimited=false] Whether responses are length-delimited
                 */
                constructor(rpcImpl: $protobuf.RPCImpl, requestDelimited?: boolean, responseDelimited?: boolean);

                /**
                 * Creates new FleetService service using the specified rpc implementation.
                 * @param rpcImpl RPC implementation
                 * @param [requestDelimited=false] Whether requests are length-delimited
                 * @param [responseDelimited=false] Whether responses are length-delimited
                 * @returns RPC service. Useful where requests and/or responses are streamed.
                 */
                static create(rpcImpl: $protobuf.RPCImpl, requestDelimited?: boolean, responseDelimited?: boolean): FleetService;

                /**
                 * A trainer's one long stream: the first report registers, later ones are heartbeats. The stream breaking
                 * says nothing about the trainer's work; it reconnects and registers again.
                 */
                watch: ovis.fleet.v1.FleetService.Watch;

                /** Calls ListTrainers. */
                listTrainers: ovis.fleet.v1.FleetService.ListTrainers;

                /** Live view of a run: what its trainers report, as it comes, starting with the last known state. */
                watchRun: ovis.fleet.v1.FleetService.WatchRun;

                /** Lets a trainer finish its step, save a checkpoint and leave. NOT_FOUND when no such trainer is connected. */
                drainTrainer: ovis.fleet.v1.FleetService.DrainTrainer;
            }

            namespace FleetService {

                /**
                 * Callback as used by {@link ovis.fleet.v1.FleetService#watch}.
                 * @param error Error, if any
                 * @param [response] FleetCommand
                 */
                type WatchCallback = (error: (Error|null), response?: ovis.fleet.v1.FleetCommand) => void;

                /**
                 * A trainer's one long stream: the first report registers, later ones are heartbeats. The stream breaking
                 * says nothing about the trainer's work; it reconnects and registers again.
                 */
                type Watch = {
                  (request: ovis.fleet.v1.ITrainerReport, callback: ovis.fleet.v1.FleetService.WatchCallback): void;
                  (request: ovis.fleet.v1.ITrainerReport): Promise<ovis.fleet.v1.FleetCommand>;
                  readonly name: "Watch";
                  readonly path: "/ovis.fleet.v1.FleetService/Watch";
                  readonly requestType: "TrainerReport";
                  readonly responseType: "FleetCommand";
                  readonly requestStream: true;
                  readonly responseStream: true;
                };

                /**
                 * Callback as used by {@link ovis.fleet.v1.FleetService#listTrainers}.
                 * @param error Error, if any
                 * @param [response] ListTrainersResponse
                 */
                type ListTrainersCallback = (error: (Error|null), response?: ovis.fleet.v1.ListTrainersResponse) => void;

                /** Calls ListTrainers. */
                type ListTrainers = {
                  (request: ovis.fleet.v1.IListTrainersRequest, callback: ovis.fleet.v1.FleetService.ListTrainersCallback): void;
                  (request: ovis.fleet.v1.IListTrainersRequest): Promise<ovis.fleet.v1.ListTrainersResponse>;
                  readonly name: "ListTrainers";
                  readonly path: "/ovis.fleet.v1.FleetService/ListTrainers";
                  readonly requestType: "ListTrainersRequest";
                  readonly responseType: "ListTrainersResponse";
                  readonly requestStream: undefined;
                  readonly responseStream: undefined;
                };

                /**
                 * Callback as used by {@link ovis.fleet.v1.FleetService#watchRun}.
                 * @param error Error, if any
                 * @param [response] RunEvent
                 */
                type WatchRunCallback = (error: (Error|null), response?: ovis.fleet.v1.RunEvent) => void;

                /** Live view of a run: what its trainers report, as it comes, starting with the last known state. */
                type WatchRun = {
                  (request: ovis.fleet.v1.IWatchRunRequest, callback: ovis.fleet.v1.FleetService.WatchRunCallback): void;
                  (request: ovis.fleet.v1.IWatchRunRequest): Promise<ovis.fleet.v1.RunEvent>;
                  readonly name: "WatchRun";
                  readonly path: "/ovis.fleet.v1.FleetService/WatchRun";
                  readonly requestType: "WatchRunRequest";
                  readonly responseType: "RunEvent";
                  readonly requestStream: undefined;
                  readonly responseStream: true;
                };

                /**
                 * Callback as used by {@link ovis.fleet.v1.FleetService#drainTrainer}.
                 * @param error Error, if any
                 * @param [response] DrainTrainerResponse
                 */
                type DrainTrainerCallback = (error: (Error|null), response?: ovis.fleet.v1.DrainTrainerResponse) => void;

                /** Lets a trainer finish its step, save a checkpoint and leave. NOT_FOUND when no such trainer is connected. */
                type DrainTrainer = {
                  (request: ovis.fleet.v1.IDrainTrainerRequest, callback: ovis.fleet.v1.FleetService.DrainTrainerCallback): void;
                  (request: ovis.fleet.v1.IDrainTrainerRequest): Promise<ovis.fleet.v1.DrainTrainerResponse>;
                  readonly name: "DrainTrainer";
                  readonly path: "/ovis.fleet.v1.FleetService/DrainTrainer";
                  readonly requestType: "DrainTrainerRequest";
                  readonly responseType: "DrainTrainerResponse";
                  readonly requestStream: undefined;
                  readonly responseStream: undefined;
                };
            }

            /**
             * Properties of a TrainerReport.
             * @deprecated Use ovis.fleet.v1.TrainerReport.$Properties instead.
             */
            interface ITrainerReport extends ovis.fleet.v1.TrainerReport.$Properties {
            }

            /** Represents a TrainerReport. */
            class TrainerReport {

                /**
                 * Constructs a new TrainerReport.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.fleet.v1.TrainerReport.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** TrainerReport registration. */
                registration?: (ovis.fleet.v1.Registration.$Properties|null);

                /** TrainerReport heartbeat. */
                heartbeat?: (ovis.fleet.v1.Heartbeat.$Properties|null);

                /** TrainerReport report. */
                report?: ("registration"|"heartbeat");

                /**
                 * Creates a new TrainerReport instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns TrainerReport instance
                 */
                static create(properties: ovis.fleet.v1.TrainerReport.$Shape): ovis.fleet.v1.TrainerReport & ovis.fleet.v1.TrainerReport.$Shape;
                static create(properties?: ovis.fleet.v1.TrainerReport.$Properties): ovis.fleet.v1.TrainerReport;

                /**
                 * Encodes the specified TrainerReport message. Does not implicitly {@link ovis.fleet.v1.TrainerReport.verify|verify} messages.
                 * @param message TrainerReport message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.fleet.v1.TrainerReport.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a TrainerReport message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.fleet.v1.TrainerReport & ovis.fleet.v1.TrainerReport.$Shape} TrainerReport
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.fleet.v1.TrainerReport & ovis.fleet.v1.TrainerReport.$Shape;

                /**
                 * Creates a TrainerReport message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns TrainerReport
                 */
                static fromObject(object: { [k: string]: any }): ovis.fleet.v1.TrainerReport;

                /**
                 * Creates a plain object from a TrainerReport message. Also converts values to other types if specified.
                 * @param message TrainerReport
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.fleet.v1.TrainerReport, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this TrainerReport to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace TrainerReport {

                /** Properties of a TrainerReport. */
                interface $Properties {

                    /** TrainerReport registration */
                    registration?: (ovis.fleet.v1.Registration.$Properties|null);

                    /** TrainerReport heartbeat */
                    heartbeat?: (ovis.fleet.v1.Heartbeat.$Properties|null);

                    /** TrainerReport report */
                    report?: ("registration"|"heartbeat");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of a TrainerReport. */
                type $Shape = {
                  registration?: ovis.fleet.v1.Registration.$Shape|null;
                  heartbeat?: ovis.fleet.v1.Heartbeat.$Shape|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ report?: undefined; registration?: null; heartbeat?: null }|{ report?: "registration"; registration: ovis.fleet.v1.Registration.$Shape; heartbeat?: null }|{ report?: "heartbeat"; registration?: null; heartbeat: ovis.fleet.v1.Heartbeat.$Shape })
                );
            }

            /**
             * Properties of a Registration.
             * @deprecated Use ovis.fleet.v1.Registration.$Properties instead.
             */
            interface IRegistration extends ovis.fleet.v1.Registration.$Properties {
            }

            /** Represents a Registration. */
            class Registration {

                /**
                 * Constructs a new Registration.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.fleet.v1.Registration.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Stable over reconnects of the same process. */
                trainerId: string;

                /** Registration host. */
                host: string;

                /** "host:port" of its TrainerService. */
                grpcAddress: string;

                /** "host:port" of its collective listener. */
                collectiveAddress: string;

                /** Registration pid. */
                pid: number;

                /** Registration device. */
                device?: (ovis.fleet.v1.Device.$Properties|null);

                /** Memory of the host in bytes. */
                memoryBytes: number;

                /** Package or library name to version, for instance {"node": "20.20.2", "tensorflow": "2.21.0"}. */
                versions: { [k: string]: string };

                /** Registration labels. */
                labels: { [k: string]: string };

                /**
                 * Creates a new Registration instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Registration instance
                 */
                static create(properties: ovis.fleet.v1.Registration.$Shape): ovis.fleet.v1.Registration & ovis.fleet.v1.Registration.$Shape;
                static create(properties?: ovis.fleet.v1.Registration.$Properties): ovis.fleet.v1.Registration;

                /**
                 * Encodes the specified Registration message. Does not implicitly {@link ovis.fleet.v1.Registration.verify|verify} messages.
                 * @param message Registration message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.fleet.v1.Registration.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Registration message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.fleet.v1.Registration & ovis.fleet.v1.Registration.$Shape} Registration
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.fleet.v1.Registration & ovis.fleet.v1.Registration.$Shape;

                /**
                 * Creates a Registration message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns Registration
                 */
                static fromObject(object: { [k: string]: any }): ovis.fleet.v1.Registration;

                /**
                 * Creates a plain object from a Registration message. Also converts values to other types if specified.
                 * @param message Registration
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.fleet.v1.Registration, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this Registration to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace Registration {

                /** Properties of a Registration. */
                interface $Properties {

                    /** Stable over reconnects of the same process. */
                    trainerId?: (string|null);

                    /** Registration host */
                    host?: (string|null);

                    /** "host:port" of its TrainerService. */
                    grpcAddress?: (string|null);

                    /** "host:port" of its collective listener. */
                    collectiveAddress?: (string|null);

                    /** Registration pid */
                    pid?: (number|null);

                    /** Registration device */
                    device?: (ovis.fleet.v1.Device.$Properties|null);

                    /** Memory of the host in bytes. */
                    memoryBytes?: (number|null);

                    /** Package or library name to version, for instance {"node": "20.20.2", "tensorflow": "2.21.0"}. */
                    versions?: ({ [k: string]: string }|null);

                    /** Registration labels */
                    labels?: ({ [k: string]: string }|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Registration. */
                type $Shape = ovis.fleet.v1.Registration.$Properties;
            }

            /**
             * Properties of a Device.
             * @deprecated Use ovis.fleet.v1.Device.$Properties instead.
             */
            interface IDevice extends ovis.fleet.v1.Device.$Properties {
            }

            /** Represents a Device. */
            class Device {

                /**
                 * Constructs a new Device.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.fleet.v1.Device.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** "cpu" or "gpu". */
                kind: string;

                /** Device name. */
                name: string;

                /** Memory of the device in bytes. */
                memoryBytes: number;

                /**
                 * Creates a new Device instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Device instance
                 */
                static create(properties: ovis.fleet.v1.Device.$Shape): ovis.fleet.v1.Device & ovis.fleet.v1.Device.$Shape;
                static create(properties?: ovis.fleet.v1.Device.$Properties): ovis.fleet.v1.Device;

                /**
                 * Encodes the specified Device message. Does not implicitly {@link ovis.fleet.v1.Device.verify|verify} messages.
                 * @param message Device message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.fleet.v1.Device.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Device message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.fleet.v1.Device & ovis.fleet.v1.Device.$Shape} Device
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.fleet.v1.Device & ovis.fleet.v1.Device.$Shape;

                /**
                 * Creates a Device message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns Device
                 */
                static fromObject(object: { [k: string]: any }): ovis.fleet.v1.Device;

                /**
                 * Creates a plain object from a Device message. Also converts values to other types if specified.
                 * @param message Device
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.fleet.v1.Device, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this Device to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace Device {

                /** Properties of a Device. */
                interface $Properties {

                    /** "cpu" or "gpu". */
                    kind?: (string|null);

                    /** Device name */
                    name?: (string|null);

                    /** Memory of the device in bytes. */
                    memoryBytes?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Device. */
                type $Shape = ovis.fleet.v1.Device.$Properties;
            }

            /**
             * Properties of a Heartbeat.
             * @deprecated Use ovis.fleet.v1.Heartbeat.$Properties instead.
             */
            interface IHeartbeat extends ovis.fleet.v1.Heartbeat.$Properties {
            }

            /** Represents a Heartbeat. */
            class Heartbeat {

                /**
                 * Constructs a new Heartbeat.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.fleet.v1.Heartbeat.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Heartbeat state. */
                state: ovis.trainer.v1.TrainerState;

                /** Heartbeat runId. */
                runId: string;

                /** Heartbeat gangId. */
                gangId: string;

                /** Heartbeat generation. */
                generation: number;

                /** Heartbeat stage. */
                stage: number;

                /** Steps completed in the stage: alive is not progressing. */
                step: number;

                /** Heartbeat phase. */
                phase: ovis.trainer.v1.StagePhase;

                /** Heartbeat rank. */
                rank: number;

                /** The gang that it is kept for, at work or not; empty when none. */
                reservation?: (ovis.fleet.v1.Reservation.$Properties|null);

                /** The stage that it holds in memory for the next generation; absent when none. */
                held?: (ovis.trainer.v1.HeldStage.$Properties|null);

                /** Own time of a step (computing and waiting for data), mean of the last steps in ms; 0 when it trains nothing. */
                ownMs: number;

                /**
                 * Creates a new Heartbeat instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Heartbeat instance
                 */
                static create(properties: ovis.fleet.v1.Heartbeat.$Shape): ovis.fleet.v1.Heartbeat & ovis.fleet.v1.Heartbeat.$Shape;
                static create(properties?: ovis.fleet.v1.Heartbeat.$Properties): ovis.fleet.v1.Heartbeat;

                /**
                 * Encodes the specified Heartbeat message. Does not implicitly {@link ovis.fleet.v1.Heartbeat.verify|verify} messages.
                 * @param message Heartbeat message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.fleet.v1.Heartbeat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Heartbeat message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.fleet.v1.Heartbeat & ovis.fleet.v1.Heartbeat.$Shape} Heartbeat
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.fleet.v1.Heartbeat & ovis.fleet.v1.Heartbeat.$Shape;

                /**
                 * Creates a Heartbeat message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns Heartbeat
                 */
                static fromObject(object: { [k: string]: any }): ovis.fleet.v1.Heartbeat;

                /**
                 * Creates a plain object from a Heartbeat message. Also converts values to other types if specified.
                 * @param message Heartbeat
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.fleet.v1.Heartbeat, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this Heartbeat to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace Heartbeat {

                /** Properties of a Heartbeat. */
                interface $Properties {

                    /** Heartbeat state */
                    state?: (ovis.trainer.v1.TrainerState|null);

                    /** Heartbeat runId */
                    runId?: (string|null);

                    /** Heartbeat gangId */
                    gangId?: (string|null);

                    /** Heartbeat generation */
                    generation?: (number|null);

                    /** Heartbeat stage */
                    stage?: (number|null);

                    /** Steps completed in the stage: alive is not progressing. */
                    step?: (number|null);

                    /** Heartbeat phase */
                    phase?: (ovis.trainer.v1.StagePhase|null);

                    /** Heartbeat rank */
                    rank?: (number|null);

                    /** The gang that it is kept for, at work or not; empty when none. */
                    reservation?: (ovis.fleet.v1.Reservation.$Properties|null);

                    /** The stage that it holds in memory for the next generation; absent when none. */
                    held?: (ovis.trainer.v1.HeldStage.$Properties|null);

                    /** Own time of a step (computing and waiting for data), mean of the last steps in ms; 0 when it trains nothing. */
                    ownMs?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Heartbeat. */
                type $Shape = ovis.fleet.v1.Heartbeat.$Properties;
            }

            /**
             * Properties of a Reservation.
             * @deprecated Use ovis.fleet.v1.Reservation.$Properties instead.
             */
            interface IReservation extends ovis.fleet.v1.Reservation.$Properties {
            }

            /** Represents a Reservation. */
            class Reservation {

                /**
                 * Constructs a new Reservation.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.fleet.v1.Reservation.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Reservation runId. */
                runId: string;

                /** Reservation gangId. */
                gangId: string;

                /** Reservation generation. */
                generation: number;

                /**
                 * Creates a new Reservation instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Reservation instance
                 */
                static create(properties: ovis.fleet.v1.Reservation.$Shape): ovis.fleet.v1.Reservation & ovis.fleet.v1.Reservation.$Shape;
                static create(properties?: ovis.fleet.v1.Reservation.$Properties): ovis.fleet.v1.Reservation;

                /**
                 * Encodes the specified Reservation message. Does not implicitly {@link ovis.fleet.v1.Reservation.verify|verify} messages.
                 * @param message Reservation message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.fleet.v1.Reservation.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Reservation message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.fleet.v1.Reservation & ovis.fleet.v1.Reservation.$Shape} Reservation
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.fleet.v1.Reservation & ovis.fleet.v1.Reservation.$Shape;

                /**
                 * Creates a Reservation message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns Reservation
                 */
                static fromObject(object: { [k: string]: any }): ovis.fleet.v1.Reservation;

                /**
                 * Creates a plain object from a Reservation message. Also converts values to other types if specified.
                 * @param message Reservation
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.fleet.v1.Reservation, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this Reservation to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace Reservation {

                /** Properties of a Reservation. */
                interface $Properties {

                    /** Reservation runId */
                    runId?: (string|null);

                    /** Reservation gangId */
                    gangId?: (string|null);

                    /** Reservation generation */
                    generation?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Reservation. */
                type $Shape = ovis.fleet.v1.Reservation.$Properties;
            }

            /**
             * Properties of a FleetCommand.
             * @deprecated Use ovis.fleet.v1.FleetCommand.$Properties instead.
             */
            interface IFleetCommand extends ovis.fleet.v1.FleetCommand.$Properties {
            }

            /** Represents a FleetCommand. */
            class FleetCommand {

                /**
                 * Constructs a new FleetCommand.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.fleet.v1.FleetCommand.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** FleetCommand accepted. */
                accepted?: (ovis.fleet.v1.Accepted.$Properties|null);

                /** FleetCommand drain. */
                drain?: (ovis.fleet.v1.Drain.$Properties|null);

                /** FleetCommand forget. */
                forget?: (ovis.fleet.v1.Forget.$Properties|null);

                /** FleetCommand command. */
                command?: ("accepted"|"drain"|"forget");

                /**
                 * Creates a new FleetCommand instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns FleetCommand instance
                 */
                static create(properties: ovis.fleet.v1.FleetCommand.$Shape): ovis.fleet.v1.FleetCommand & ovis.fleet.v1.FleetCommand.$Shape;
                static create(properties?: ovis.fleet.v1.FleetCommand.$Properties): ovis.fleet.v1.FleetCommand;

                /**
                 * Encodes the specified FleetCommand message. Does not implicitly {@link ovis.fleet.v1.FleetCommand.verify|verify} messages.
                 * @param message FleetCommand message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.fleet.v1.FleetCommand.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a FleetCommand message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.fleet.v1.FleetCommand & ovis.fleet.v1.FleetCommand.$Shape} FleetCommand
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.fleet.v1.FleetCommand & ovis.fleet.v1.FleetCommand.$Shape;

                /**
                 * Creates a FleetCommand message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns FleetCommand
                 */
                static fromObject(object: { [k: string]: any }): ovis.fleet.v1.FleetCommand;

                /**
                 * Creates a plain object from a FleetCommand message. Also converts values to other types if specified.
                 * @param message FleetCommand
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.fleet.v1.FleetCommand, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this FleetCommand to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace FleetCommand {

                /** Properties of a FleetCommand. */
                interface $Properties {

                    /** FleetCommand accepted */
                    accepted?: (ovis.fleet.v1.Accepted.$Properties|null);

                    /** FleetCommand drain */
                    drain?: (ovis.fleet.v1.Drain.$Properties|null);

                    /** FleetCommand forget */
                    forget?: (ovis.fleet.v1.Forget.$Properties|null);

                    /** FleetCommand command */
                    command?: ("accepted"|"drain"|"forget");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of a FleetCommand. */
                type $Shape = {
                  accepted?: ovis.fleet.v1.Accepted.$Shape|null;
                  drain?: ovis.fleet.v1.Drain.$Shape|null;
                  forget?: ovis.fleet.v1.Forget.$Shape|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ command?: undefined; accepted?: null; drain?: null; forget?: null }|{ command?: "accepted"; accepted: ovis.fleet.v1.Accepted.$Shape; drain?: null; forget?: null }|{ command?: "drain"; accepted?: null; drain: ovis.fleet.v1.Drain.$Shape; forget?: null }|{ command?: "forget"; accepted?: null; drain?: null; forget: ovis.fleet.v1.Forget.$Shape })
                );
            }

            /**
             * Properties of an Accepted.
             * @deprecated Use ovis.fleet.v1.Accepted.$Properties instead.
             */
            interface IAccepted extends ovis.fleet.v1.Accepted.$Properties {
            }

            /** Represents an Accepted. */
            class Accepted {

                /**
                 * Constructs a new Accepted.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.fleet.v1.Accepted.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Send a heartbeat this often. */
                heartbeatMs: number;

                /**
                 * Creates a new Accepted instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Accepted instance
                 */
                static create(properties: ovis.fleet.v1.Accepted.$Shape): ovis.fleet.v1.Accepted & ovis.fleet.v1.Accepted.$Shape;
                static create(properties?: ovis.fleet.v1.Accepted.$Properties): ovis.fleet.v1.Accepted;

                /**
                 * Encodes the specified Accepted message. Does not implicitly {@link ovis.fleet.v1.Accepted.verify|verify} messages.
                 * @param message Accepted message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.fleet.v1.Accepted.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an Accepted message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.fleet.v1.Accepted & ovis.fleet.v1.Accepted.$Shape} Accepted
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.fleet.v1.Accepted & ovis.fleet.v1.Accepted.$Shape;

                /**
                 * Creates an Accepted message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns Accepted
                 */
                static fromObject(object: { [k: string]: any }): ovis.fleet.v1.Accepted;

                /**
                 * Creates a plain object from an Accepted message. Also converts values to other types if specified.
                 * @param message Accepted
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.fleet.v1.Accepted, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this Accepted to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace Accepted {

                /** Properties of an Accepted. */
                interface $Properties {

                    /** Send a heartbeat this often. */
                    heartbeatMs?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an Accepted. */
                type $Shape = ovis.fleet.v1.Accepted.$Properties;
            }

            /**
             * Properties of a Drain.
             * @deprecated Use ovis.fleet.v1.Drain.$Properties instead.
             */
            interface IDrain extends ovis.fleet.v1.Drain.$Properties {
            }

            /** Represents a Drain. */
            class Drain {

                /**
                 * Constructs a new Drain.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.fleet.v1.Drain.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Drain reason. */
                reason: string;

                /**
                 * Creates a new Drain instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Drain instance
                 */
                static create(properties: ovis.fleet.v1.Drain.$Shape): ovis.fleet.v1.Drain & ovis.fleet.v1.Drain.$Shape;
                static create(properties?: ovis.fleet.v1.Drain.$Properties): ovis.fleet.v1.Drain;

                /**
                 * Encodes the specified Drain message. Does not implicitly {@link ovis.fleet.v1.Drain.verify|verify} messages.
                 * @param message Drain message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.fleet.v1.Drain.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Drain message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.fleet.v1.Drain & ovis.fleet.v1.Drain.$Shape} Drain
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.fleet.v1.Drain & ovis.fleet.v1.Drain.$Shape;

                /**
                 * Creates a Drain message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns Drain
                 */
                static fromObject(object: { [k: string]: any }): ovis.fleet.v1.Drain;

                /**
                 * Creates a plain object from a Drain message. Also converts values to other types if specified.
                 * @param message Drain
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.fleet.v1.Drain, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this Drain to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace Drain {

                /** Properties of a Drain. */
                interface $Properties {

                    /** Drain reason */
                    reason?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Drain. */
                type $Shape = ovis.fleet.v1.Drain.$Properties;
            }

            /**
             * Properties of a Forget.
             * @deprecated Use ovis.fleet.v1.Forget.$Properties instead.
             */
            interface IForget extends ovis.fleet.v1.Forget.$Properties {
            }

            /** Nobody speaks for this gang any more: what the trainer keeps for it is free. */
            class Forget {

                /**
                 * Constructs a new Forget.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.fleet.v1.Forget.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Forget gangId. */
                gangId: string;

                /** Forget generation. */
                generation: number;

                /**
                 * Creates a new Forget instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Forget instance
                 */
                static create(properties: ovis.fleet.v1.Forget.$Shape): ovis.fleet.v1.Forget & ovis.fleet.v1.Forget.$Shape;
                static create(properties?: ovis.fleet.v1.Forget.$Properties): ovis.fleet.v1.Forget;

                /**
                 * Encodes the specified Forget message. Does not implicitly {@link ovis.fleet.v1.Forget.verify|verify} messages.
                 * @param message Forget message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.fleet.v1.Forget.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Forget message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.fleet.v1.Forget & ovis.fleet.v1.Forget.$Shape} Forget
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.fleet.v1.Forget & ovis.fleet.v1.Forget.$Shape;

                /**
                 * Creates a Forget message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns Forget
                 */
                static fromObject(object: { [k: string]: any }): ovis.fleet.v1.Forget;

                /**
                 * Creates a plain object from a Forget message. Also converts values to other types if specified.
                 * @param message Forget
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.fleet.v1.Forget, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this Forget to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace Forget {

                /** Properties of a Forget. */
                interface $Properties {

                    /** Forget gangId */
                    gangId?: (string|null);

                    /** Forget generation */
                    generation?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Forget. */
                type $Shape = ovis.fleet.v1.Forget.$Properties;
            }

            /**
             * Properties of a ListTrainersRequest.
             * @deprecated Use ovis.fleet.v1.ListTrainersRequest.$Properties instead.
             */
            interface IListTrainersRequest extends ovis.fleet.v1.ListTrainersRequest.$Properties {
            }

            /** Represents a ListTrainersRequest. */
            class ListTrainersRequest {

                /**
                 * Constructs a new ListTrainersRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.fleet.v1.ListTrainersRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new ListTrainersRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ListTrainersRequest instance
                 */
                static create(properties: ovis.fleet.v1.ListTrainersRequest.$Shape): ovis.fleet.v1.ListTrainersRequest & ovis.fleet.v1.ListTrainersRequest.$Shape;
                static create(properties?: ovis.fleet.v1.ListTrainersRequest.$Properties): ovis.fleet.v1.ListTrainersRequest;

                /**
                 * Encodes the specified ListTrainersRequest message. Does not implicitly {@link ovis.fleet.v1.ListTrainersRequest.verify|verify} messages.
                 * @param message ListTrainersRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.fleet.v1.ListTrainersRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ListTrainersRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.fleet.v1.ListTrainersRequest & ovis.fleet.v1.ListTrainersRequest.$Shape} ListTrainersRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.fleet.v1.ListTrainersRequest & ovis.fleet.v1.ListTrainersRequest.$Shape;

                /**
                 * Creates a ListTrainersRequest message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns ListTrainersRequest
                 */
                static fromObject(object: { [k: string]: any }): ovis.fleet.v1.ListTrainersRequest;

                /**
                 * Creates a plain object from a ListTrainersRequest message. Also converts values to other types if specified.
                 * @param message ListTrainersRequest
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.fleet.v1.ListTrainersRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this ListTrainersRequest to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace ListTrainersRequest {

                /** Properties of a ListTrainersRequest. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ListTrainersRequest. */
                type $Shape = ovis.fleet.v1.ListTrainersRequest.$Properties;
            }

            /**
             * Properties of a ListTrainersResponse.
             * @deprecated Use ovis.fleet.v1.ListTrainersResponse.$Properties instead.
             */
            interface IListTrainersResponse extends ovis.fleet.v1.ListTrainersResponse.$Properties {
            }

            /** Represents a ListTrainersResponse. */
            class ListTrainersResponse {

                /**
                 * Constructs a new ListTrainersResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.fleet.v1.ListTrainersResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ListTrainersResponse trainers. */
                trainers: ovis.fleet.v1.Trainer.$Properties[];

                /** Gangs that wait for trainers, the next one first. */
                queue: ovis.fleet.v1.WaitingGang.$Properties[];

                /**
                 * Creates a new ListTrainersResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ListTrainersResponse instance
                 */
                static create(properties: ovis.fleet.v1.ListTrainersResponse.$Shape): ovis.fleet.v1.ListTrainersResponse & ovis.fleet.v1.ListTrainersResponse.$Shape;
                static create(properties?: ovis.fleet.v1.ListTrainersResponse.$Properties): ovis.fleet.v1.ListTrainersResponse;

                /**
                 * Encodes the specified ListTrainersResponse message. Does not implicitly {@link ovis.fleet.v1.ListTrainersResponse.verify|verify} messages.
                 * @param message ListTrainersResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.fleet.v1.ListTrainersResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ListTrainersResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.fleet.v1.ListTrainersResponse & ovis.fleet.v1.ListTrainersResponse.$Shape} ListTrainersResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.fleet.v1.ListTrainersResponse & ovis.fleet.v1.ListTrainersResponse.$Shape;

                /**
                 * Creates a ListTrainersResponse message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns ListTrainersResponse
                 */
                static fromObject(object: { [k: string]: any }): ovis.fleet.v1.ListTrainersResponse;

                /**
                 * Creates a plain object from a ListTrainersResponse message. Also converts values to other types if specified.
                 * @param message ListTrainersResponse
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.fleet.v1.ListTrainersResponse, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this ListTrainersResponse to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace ListTrainersResponse {

                /** Properties of a ListTrainersResponse. */
                interface $Properties {

                    /** ListTrainersResponse trainers */
                    trainers?: (ovis.fleet.v1.Trainer.$Properties[]|null);

                    /** Gangs that wait for trainers, the next one first. */
                    queue?: (ovis.fleet.v1.WaitingGang.$Properties[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ListTrainersResponse. */
                type $Shape = ovis.fleet.v1.ListTrainersResponse.$Properties;
            }

            /**
             * Properties of a WaitingGang.
             * @deprecated Use ovis.fleet.v1.WaitingGang.$Properties instead.
             */
            interface IWaitingGang extends ovis.fleet.v1.WaitingGang.$Properties {
            }

            /** Represents a WaitingGang. */
            class WaitingGang {

                /**
                 * Constructs a new WaitingGang.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.fleet.v1.WaitingGang.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** WaitingGang runId. */
                runId: string;

                /** WaitingGang gangId. */
                gangId: string;

                /** 0: the evaluation. */
                stage: number;

                /** WaitingGang priority. */
                priority: number;

                /** Milliseconds since the Unix epoch. */
                submittedAtMs: number;

                /** WaitingGang trainers. */
                trainers: number;

                /** WaitingGang minTrainers. */
                minTrainers: number;

                /** Why it waits, in words. */
                reason: string;

                /** WaitingGang waitedMs. */
                waitedMs: number;

                /**
                 * Creates a new WaitingGang instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns WaitingGang instance
                 */
                static create(properties: ovis.fleet.v1.WaitingGang.$Shape): ovis.fleet.v1.WaitingGang & ovis.fleet.v1.WaitingGang.$Shape;
                static create(properties?: ovis.fleet.v1.WaitingGang.$Properties): ovis.fleet.v1.WaitingGang;

                /**
                 * Encodes the specified WaitingGang message. Does not implicitly {@link ovis.fleet.v1.WaitingGang.verify|verify} messages.
                 * @param message WaitingGang message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.fleet.v1.WaitingGang.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a WaitingGang message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.fleet.v1.WaitingGang & ovis.fleet.v1.WaitingGang.$Shape} WaitingGang
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.fleet.v1.WaitingGang & ovis.fleet.v1.WaitingGang.$Shape;

                /**
                 * Creates a WaitingGang message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns WaitingGang
                 */
                static fromObject(object: { [k: string]: any }): ovis.fleet.v1.WaitingGang;

                /**
                 * Creates a plain object from a WaitingGang message. Also converts values to other types if specified.
                 * @param message WaitingGang
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.fleet.v1.WaitingGang, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this WaitingGang to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace WaitingGang {

                /** Properties of a WaitingGang. */
                interface $Properties {

                    /** WaitingGang runId */
                    runId?: (string|null);

                    /** WaitingGang gangId */
                    gangId?: (string|null);

                    /** 0: the evaluation. */
                    stage?: (number|null);

                    /** WaitingGang priority */
                    priority?: (number|null);

                    /** Milliseconds since the Unix epoch. */
                    submittedAtMs?: (number|null);

                    /** WaitingGang trainers */
                    trainers?: (number|null);

                    /** WaitingGang minTrainers */
                    minTrainers?: (number|null);

                    /** Why it waits, in words. */
                    reason?: (string|null);

                    /** WaitingGang waitedMs */
                    waitedMs?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a WaitingGang. */
                type $Shape = ovis.fleet.v1.WaitingGang.$Properties;
            }

            /**
             * Properties of a DrainTrainerRequest.
             * @deprecated Use ovis.fleet.v1.DrainTrainerRequest.$Properties instead.
             */
            interface IDrainTrainerRequest extends ovis.fleet.v1.DrainTrainerRequest.$Properties {
            }

            /** Represents a DrainTrainerRequest. */
            class DrainTrainerRequest {

                /**
                 * Constructs a new DrainTrainerRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.fleet.v1.DrainTrainerRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** DrainTrainerRequest trainerId. */
                trainerId: string;

                /** DrainTrainerRequest reason. */
                reason: string;

                /**
                 * Creates a new DrainTrainerRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns DrainTrainerRequest instance
                 */
                static create(properties: ovis.fleet.v1.DrainTrainerRequest.$Shape): ovis.fleet.v1.DrainTrainerRequest & ovis.fleet.v1.DrainTrainerRequest.$Shape;
                static create(properties?: ovis.fleet.v1.DrainTrainerRequest.$Properties): ovis.fleet.v1.DrainTrainerRequest;

                /**
                 * Encodes the specified DrainTrainerRequest message. Does not implicitly {@link ovis.fleet.v1.DrainTrainerRequest.verify|verify} messages.
                 * @param message DrainTrainerRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.fleet.v1.DrainTrainerRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a DrainTrainerRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.fleet.v1.DrainTrainerRequest & ovis.fleet.v1.DrainTrainerRequest.$Shape} DrainTrainerRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.fleet.v1.DrainTrainerRequest & ovis.fleet.v1.DrainTrainerRequest.$Shape;

                /**
                 * Creates a DrainTrainerRequest message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns DrainTrainerRequest
                 */
                static fromObject(object: { [k: string]: any }): ovis.fleet.v1.DrainTrainerRequest;

                /**
                 * Creates a plain object from a DrainTrainerRequest message. Also converts values to other types if specified.
                 * @param message DrainTrainerRequest
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.fleet.v1.DrainTrainerRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this DrainTrainerRequest to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace DrainTrainerRequest {

                /** Properties of a DrainTrainerRequest. */
                interface $Properties {

                    /** DrainTrainerRequest trainerId */
                    trainerId?: (string|null);

                    /** DrainTrainerRequest reason */
                    reason?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a DrainTrainerRequest. */
                type $Shape = ovis.fleet.v1.DrainTrainerRequest.$Properties;
            }

            /**
             * Properties of a DrainTrainerResponse.
             * @deprecated Use ovis.fleet.v1.DrainTrainerResponse.$Properties instead.
             */
            interface IDrainTrainerResponse extends ovis.fleet.v1.DrainTrainerResponse.$Properties {
            }

            /** Represents a DrainTrainerResponse. */
            class DrainTrainerResponse {

                /**
                 * Constructs a new DrainTrainerResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.fleet.v1.DrainTrainerResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new DrainTrainerResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns DrainTrainerResponse instance
                 */
                static create(properties: ovis.fleet.v1.DrainTrainerResponse.$Shape): ovis.fleet.v1.DrainTrainerResponse & ovis.fleet.v1.DrainTrainerResponse.$Shape;
                static create(properties?: ovis.fleet.v1.DrainTrainerResponse.$Properties): ovis.fleet.v1.DrainTrainerResponse;

                /**
                 * Encodes the specified DrainTrainerResponse message. Does not implicitly {@link ovis.fleet.v1.DrainTrainerResponse.verify|verify} messages.
                 * @param message DrainTrainerResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.fleet.v1.DrainTrainerResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a DrainTrainerResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.fleet.v1.DrainTrainerResponse & ovis.fleet.v1.DrainTrainerResponse.$Shape} DrainTrainerResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.fleet.v1.DrainTrainerResponse & ovis.fleet.v1.DrainTrainerResponse.$Shape;

                /**
                 * Creates a DrainTrainerResponse message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns DrainTrainerResponse
                 */
                static fromObject(object: { [k: string]: any }): ovis.fleet.v1.DrainTrainerResponse;

                /**
                 * Creates a plain object from a DrainTrainerResponse message. Also converts values to other types if specified.
                 * @param message DrainTrainerResponse
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.fleet.v1.DrainTrainerResponse, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this DrainTrainerResponse to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace DrainTrainerResponse {

                /** Properties of a DrainTrainerResponse. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a DrainTrainerResponse. */
                type $Shape = ovis.fleet.v1.DrainTrainerResponse.$Properties;
            }

            /**
             * Properties of a Trainer.
             * @deprecated Use ovis.fleet.v1.Trainer.$Properties instead.
             */
            interface ITrainer extends ovis.fleet.v1.Trainer.$Properties {
            }

            /** What the controller knows about one trainer. */
            class Trainer {

                /**
                 * Constructs a new Trainer.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.fleet.v1.Trainer.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Trainer registration. */
                registration?: (ovis.fleet.v1.Registration.$Properties|null);

                /** Trainer heartbeat. */
                heartbeat?: (ovis.fleet.v1.Heartbeat.$Properties|null);

                /** False when its stream broke; it may still work. */
                connected: boolean;

                /** Milliseconds since the last report. */
                silentMs: number;

                /** The run it is kept for; empty when it is free. */
                leaseRunId: string;

                /** Own time of a step beside the median of its gang: 1 is as fast as the others, 0 when it trains nothing or alone. */
                stragglerScore: number;

                /**
                 * Creates a new Trainer instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Trainer instance
                 */
                static create(properties: ovis.fleet.v1.Trainer.$Shape): ovis.fleet.v1.Trainer & ovis.fleet.v1.Trainer.$Shape;
                static create(properties?: ovis.fleet.v1.Trainer.$Properties): ovis.fleet.v1.Trainer;

                /**
                 * Encodes the specified Trainer message. Does not implicitly {@link ovis.fleet.v1.Trainer.verify|verify} messages.
                 * @param message Trainer message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.fleet.v1.Trainer.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Trainer message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.fleet.v1.Trainer & ovis.fleet.v1.Trainer.$Shape} Trainer
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.fleet.v1.Trainer & ovis.fleet.v1.Trainer.$Shape;

                /**
                 * Creates a Trainer message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns Trainer
                 */
                static fromObject(object: { [k: string]: any }): ovis.fleet.v1.Trainer;

                /**
                 * Creates a plain object from a Trainer message. Also converts values to other types if specified.
                 * @param message Trainer
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.fleet.v1.Trainer, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this Trainer to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace Trainer {

                /** Properties of a Trainer. */
                interface $Properties {

                    /** Trainer registration */
                    registration?: (ovis.fleet.v1.Registration.$Properties|null);

                    /** Trainer heartbeat */
                    heartbeat?: (ovis.fleet.v1.Heartbeat.$Properties|null);

                    /** False when its stream broke; it may still work. */
                    connected?: (boolean|null);

                    /** Milliseconds since the last report. */
                    silentMs?: (number|null);

                    /** The run it is kept for; empty when it is free. */
                    leaseRunId?: (string|null);

                    /** Own time of a step beside the median of its gang: 1 is as fast as the others, 0 when it trains nothing or alone. */
                    stragglerScore?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Trainer. */
                type $Shape = ovis.fleet.v1.Trainer.$Properties;
            }

            /**
             * Properties of a WatchRunRequest.
             * @deprecated Use ovis.fleet.v1.WatchRunRequest.$Properties instead.
             */
            interface IWatchRunRequest extends ovis.fleet.v1.WatchRunRequest.$Properties {
            }

            /** Represents a WatchRunRequest. */
            class WatchRunRequest {

                /**
                 * Constructs a new WatchRunRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.fleet.v1.WatchRunRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** WatchRunRequest runId. */
                runId: string;

                /**
                 * Creates a new WatchRunRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns WatchRunRequest instance
                 */
                static create(properties: ovis.fleet.v1.WatchRunRequest.$Shape): ovis.fleet.v1.WatchRunRequest & ovis.fleet.v1.WatchRunRequest.$Shape;
                static create(properties?: ovis.fleet.v1.WatchRunRequest.$Properties): ovis.fleet.v1.WatchRunRequest;

                /**
                 * Encodes the specified WatchRunRequest message. Does not implicitly {@link ovis.fleet.v1.WatchRunRequest.verify|verify} messages.
                 * @param message WatchRunRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.fleet.v1.WatchRunRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a WatchRunRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.fleet.v1.WatchRunRequest & ovis.fleet.v1.WatchRunRequest.$Shape} WatchRunRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.fleet.v1.WatchRunRequest & ovis.fleet.v1.WatchRunRequest.$Shape;

                /**
                 * Creates a WatchRunRequest message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns WatchRunRequest
                 */
                static fromObject(object: { [k: string]: any }): ovis.fleet.v1.WatchRunRequest;

                /**
                 * Creates a plain object from a WatchRunRequest message. Also converts values to other types if specified.
                 * @param message WatchRunRequest
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.fleet.v1.WatchRunRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this WatchRunRequest to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace WatchRunRequest {

                /** Properties of a WatchRunRequest. */
                interface $Properties {

                    /** WatchRunRequest runId */
                    runId?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a WatchRunRequest. */
                type $Shape = ovis.fleet.v1.WatchRunRequest.$Properties;
            }

            /**
             * Properties of a RunEvent.
             * @deprecated Use ovis.fleet.v1.RunEvent.$Properties instead.
             */
            interface IRunEvent extends ovis.fleet.v1.RunEvent.$Properties {
            }

            /** Represents a RunEvent. */
            class RunEvent {

                /**
                 * Constructs a new RunEvent.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.fleet.v1.RunEvent.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** RunEvent runId. */
                runId: string;

                /** Empty for notes of the controller itself. */
                trainerId: string;

                /** RunEvent rank. */
                rank: number;

                /** RunEvent stage. */
                stage?: (ovis.trainer.v1.StageEvent.$Properties|null);

                /** RunEvent evaluate. */
                evaluate?: (ovis.trainer.v1.EvaluateEvent.$Properties|null);

                /** RunEvent note. */
                note?: (ovis.fleet.v1.RunNote.$Properties|null);

                /** RunEvent event. */
                event?: ("stage"|"evaluate"|"note");

                /**
                 * Creates a new RunEvent instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns RunEvent instance
                 */
                static create(properties: ovis.fleet.v1.RunEvent.$Shape): ovis.fleet.v1.RunEvent & ovis.fleet.v1.RunEvent.$Shape;
                static create(properties?: ovis.fleet.v1.RunEvent.$Properties): ovis.fleet.v1.RunEvent;

                /**
                 * Encodes the specified RunEvent message. Does not implicitly {@link ovis.fleet.v1.RunEvent.verify|verify} messages.
                 * @param message RunEvent message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.fleet.v1.RunEvent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a RunEvent message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.fleet.v1.RunEvent & ovis.fleet.v1.RunEvent.$Shape} RunEvent
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.fleet.v1.RunEvent & ovis.fleet.v1.RunEvent.$Shape;

                /**
                 * Creates a RunEvent message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns RunEvent
                 */
                static fromObject(object: { [k: string]: any }): ovis.fleet.v1.RunEvent;

                /**
                 * Creates a plain object from a RunEvent message. Also converts values to other types if specified.
                 * @param message RunEvent
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.fleet.v1.RunEvent, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this RunEvent to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace RunEvent {

                /** Properties of a RunEvent. */
                interface $Properties {

                    /** RunEvent runId */
                    runId?: (string|null);

                    /** Empty for notes of the controller itself. */
                    trainerId?: (string|null);

                    /** RunEvent rank */
                    rank?: (number|null);

                    /** RunEvent stage */
                    stage?: (ovis.trainer.v1.StageEvent.$Properties|null);

                    /** RunEvent evaluate */
                    evaluate?: (ovis.trainer.v1.EvaluateEvent.$Properties|null);

                    /** RunEvent note */
                    note?: (ovis.fleet.v1.RunNote.$Properties|null);

                    /** RunEvent event */
                    event?: ("stage"|"evaluate"|"note");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of a RunEvent. */
                type $Shape = {
                  runId?: string|null;
                  trainerId?: string|null;
                  rank?: number|null;
                  stage?: ovis.trainer.v1.StageEvent.$Shape|null;
                  evaluate?: ovis.trainer.v1.EvaluateEvent.$Shape|null;
                  note?: ovis.fleet.v1.RunNote.$Shape|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ event?: undefined; stage?: null; evaluate?: null; note?: null }|{ event?: "stage"; stage: ovis.trainer.v1.StageEvent.$Shape; evaluate?: null; note?: null }|{ event?: "evaluate"; stage?: null; evaluate: ovis.trainer.v1.EvaluateEvent.$Shape; note?: null }|{ event?: "note"; stage?: null; evaluate?: null; note: ovis.fleet.v1.RunNote.$Shape })
                );
            }

            /**
             * Properties of a RunNote.
             * @deprecated Use ovis.fleet.v1.RunNote.$Properties instead.
             */
            interface IRunNote extends ovis.fleet.v1.RunNote.$Properties {
            }

            /** A line for people: "stage 2 re-forms with 1 trainer in generation 3". */
            class RunNote {

                /**
                 * Constructs a new RunNote.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.fleet.v1.RunNote.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** RunNote level. */
                level: string;

                /** RunNote message. */
                message: string;

                /** True for the last event of a run: nothing follows. */
                final: boolean;

                /**
                 * Creates a new RunNote instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns RunNote instance
                 */
                static create(properties: ovis.fleet.v1.RunNote.$Shape): ovis.fleet.v1.RunNote & ovis.fleet.v1.RunNote.$Shape;
                static create(properties?: ovis.fleet.v1.RunNote.$Properties): ovis.fleet.v1.RunNote;

                /**
                 * Encodes the specified RunNote message. Does not implicitly {@link ovis.fleet.v1.RunNote.verify|verify} messages.
                 * @param message RunNote message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.fleet.v1.RunNote.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a RunNote message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.fleet.v1.RunNote & ovis.fleet.v1.RunNote.$Shape} RunNote
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.fleet.v1.RunNote & ovis.fleet.v1.RunNote.$Shape;

                /**
                 * Creates a RunNote message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns RunNote
                 */
                static fromObject(object: { [k: string]: any }): ovis.fleet.v1.RunNote;

                /**
                 * Creates a plain object from a RunNote message. Also converts values to other types if specified.
                 * @param message RunNote
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.fleet.v1.RunNote, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this RunNote to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace RunNote {

                /** Properties of a RunNote. */
                interface $Properties {

                    /** RunNote level */
                    level?: (string|null);

                    /** RunNote message */
                    message?: (string|null);

                    /** True for the last event of a run: nothing follows. */
                    final?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a RunNote. */
                type $Shape = ovis.fleet.v1.RunNote.$Properties;
            }
        }
    }

    /** Namespace trainer. */
    namespace trainer {

        /** Namespace v1. */
        namespace v1 {

            /** Represents a TrainerService */
            class TrainerService extends $protobuf.rpc.Service {

                /**
                 * Constructs a new TrainerService service.
                 * @param rpcImpl RPC implementation
                 * @param [requestDelimited=false] Whether requests are length-delimited
                 * @param [responseDelimited=false] Whether responses are length-delimited
                 */
                constructor(rpcImpl: $protobuf.RPCImpl, requestDelimited?: boolean, responseDelimited?: boolean);

                /**
                 * Creates new TrainerService service using the specified rpc implementation.
                 * @param rpcImpl RPC implementation
                 * @param [requestDelimited=false] Whether requests are length-delimited
                 * @param [responseDelimited=false] Whether responses are length-delimited
                 * @returns RPC service. Useful where requests and/or responses are streamed.
                 */
                static create(rpcImpl: $protobuf.RPCImpl, requestDelimited?: boolean, responseDelimited?: boolean): TrainerService;

                /**
                 * Keeps this trainer for a gang until Release: it takes no other work. ALREADY_EXISTS when another gang has it, DRAINING when it
                 * takes no new work. A later generation of the same gang may reserve it again, also while it still works for the one before.
                 */
                reserve: ovis.trainer.v1.TrainerService.Reserve;

                /**
                 * Ends whatever this trainer does or keeps for the gang: a stage that runs, one that it holds in memory, the reservation. Answers when
                 * it is idle.
                 */
                release: ovis.trainer.v1.TrainerService.Release;

                /**
                 * Runs one stage as one rank of a gang; the stream ends after `done` or `failed`. When the caller goes away
                 * the trainer goes on: call Attach to watch again.
                 */
                runStage: ovis.trainer.v1.TrainerService.RunStage;

                /**
                 * Builds beforehand what a stage that others train would need here, so that a free trainer can take a place at once. Answers at once; work
                 * of a gang ends it.
                 */
                prepare: ovis.trainer.v1.TrainerService.Prepare;

                /**
                 * Watches a stage that is already running. The first events repeat the last started, phase, step and
                 * checkpoint. NOT_FOUND when the trainer does not run that gang and generation.
                 */
                attach: ovis.trainer.v1.TrainerService.Attach;

                /** Stops the gang's work at the next step boundary, with a checkpoint if asked. */
                stop: ovis.trainer.v1.TrainerService.Stop;

                /** Answers the questions of the evaluation set that belong to this rank. */
                evaluate: ovis.trainer.v1.TrainerService.Evaluate;

                /** Calls GetStatus. */
                getStatus: ovis.trainer.v1.TrainerService.GetStatus;

                /** What it does at this moment and where it waits, for somebody who has to find out why nothing moves. */
                diagnose: ovis.trainer.v1.TrainerService.Diagnose;
            }

            namespace TrainerService {

                /**
                 * Callback as used by {@link ovis.trainer.v1.TrainerService#reserve}.
                 * @param error Error, if any
                 * @param [response] ReserveResponse
                 */
                type ReserveCallback = (error: (Error|null), response?: ovis.trainer.v1.ReserveResponse) => void;

                /**
                 * Keeps this trainer for a gang until Release: it takes no other work. ALREADY_EXISTS when another gang has it, DRAINING when it
                 * takes no new work. A later generation of the same gang may reserve it again, also while it still works for the one before.
                 */
                type Reserve = {
                  (request: ovis.trainer.v1.IReserveRequest, callback: ovis.trainer.v1.TrainerService.ReserveCallback): void;
                  (request: ovis.trainer.v1.IReserveRequest): Promise<ovis.trainer.v1.ReserveResponse>;
                  readonly name: "Reserve";
                  readonly path: "/ovis.trainer.v1.TrainerService/Reserve";
                  readonly requestType: "ReserveRequest";
                  readonly responseType: "ReserveResponse";
                  readonly requestStream: undefined;
                  readonly responseStream: undefined;
                };

                /**
                 * Callback as used by {@link ovis.trainer.v1.TrainerService#release}.
                 * @param error Error, if any
                 * @param [response] ReleaseResponse
                 */
                type ReleaseCallback = (error: (Error|null), response?: ovis.trainer.v1.ReleaseResponse) => void;

                /**
                 * Ends whatever this trainer does or keeps for the gang: a stage that runs, one that it holds in memory, the reservation. Answers when
                 * it is idle.
                 */
                type Release = {
                  (request: ovis.trainer.v1.IReleaseRequest, callback: ovis.trainer.v1.TrainerService.ReleaseCallback): void;
                  (request: ovis.trainer.v1.IReleaseRequest): Promise<ovis.trainer.v1.ReleaseResponse>;
                  readonly name: "Release";
                  readonly path: "/ovis.trainer.v1.TrainerService/Release";
                  readonly requestType: "ReleaseRequest";
                  readonly responseType: "ReleaseResponse";
                  readonly requestStream: undefined;
                  readonly responseStream: undefined;
                };

                /**
                 * Callback as used by {@link ovis.trainer.v1.TrainerService#runStage}.
                 * @param error Error, if any
                 * @param [response] StageEvent
                 */
                type RunStageCallback = (error: (Error|null), response?: ovis.trainer.v1.StageEvent) => void;

                /**
                 * Runs one stage as one rank of a gang; the stream ends after `done` or `failed`. When the caller goes away
                 * the trainer goes on: call Attach to watch again.
                 */
                type RunStage = {
                  (request: ovis.trainer.v1.IRunStageRequest, callback: ovis.trainer.v1.TrainerService.RunStageCallback): void;
                  (request: ovis.trainer.v1.IRunStageRequest): Promise<ovis.trainer.v1.StageEvent>;
                  readonly name: "RunStage";
                  readonly path: "/ovis.trainer.v1.TrainerService/RunStage";
                  readonly requestType: "RunStageRequest";
                  readonly responseType: "StageEvent";
                  readonly requestStream: undefined;
                  readonly responseStream: true;
                };

                /**
                 * Callback as used by {@link ovis.trainer.v1.TrainerService#prepare}.
                 * @param error Error, if any
                 * @param [response] PrepareResponse
                 */
                type PrepareCallback = (error: (Error|null), response?: ovis.trainer.v1.PrepareResponse) => void;

                /**
                 * Builds beforehand what a stage that others train would need here, so that a free trainer can take a place at once. Answers at once; work
                 * of a gang ends it.
                 */
                type Prepare = {
                  (request: ovis.trainer.v1.IPrepareRequest, callback: ovis.trainer.v1.TrainerService.PrepareCallback): void;
                  (request: ovis.trainer.v1.IPrepareRequest): Promise<ovis.trainer.v1.PrepareResponse>;
                  readonly name: "Prepare";
                  readonly path: "/ovis.trainer.v1.TrainerService/Prepare";
                  readonly requestType: "PrepareRequest";
                  readonly responseType: "PrepareResponse";
                  readonly requestStream: undefined;
                  readonly responseStream: undefined;
                };

                /**
                 * Callback as used by {@link ovis.trainer.v1.TrainerService#attach}.
                 * @param error Error, if any
                 * @param [response] StageEvent
                 */
                type AttachCallback = (error: (Error|null), response?: ovis.trainer.v1.StageEvent) => void;

                /**
                 * Watches a stage that is already running. The first events repeat the last started, phase, step and
                 * checkpoint. NOT_FOUND when the trainer does not run that gang and generation.
                 */
                type Attach = {
                  (request: ovis.trainer.v1.IAttachRequest, callback: ovis.trainer.v1.TrainerService.AttachCallback): void;
                  (request: ovis.trainer.v1.IAttachRequest): Promise<ovis.trainer.v1.StageEvent>;
                  readonly name: "Attach";
                  readonly path: "/ovis.trainer.v1.TrainerService/Attach";
                  readonly requestType: "AttachRequest";
                  readonly responseType: "StageEvent";
                  readonly requestStream: undefined;
                  readonly responseStream: true;
                };

                /**
                 * Callback as used by {@link ovis.trainer.v1.TrainerService#stop}.
                 * @param error Error, if any
                 * @param [response] StopResponse
                 */
                type StopCallback = (error: (Error|null), response?: ovis.trainer.v1.StopResponse) => void;

                /** Stops the gang's work at the next step boundary, with a checkpoint if asked. */
                type Stop = {
                  (request: ovis.trainer.v1.IStopRequest, callback: ovis.trainer.v1.TrainerService.StopCallback): void;
                  (request: ovis.trainer.v1.IStopRequest): Promise<ovis.trainer.v1.StopResponse>;
                  readonly name: "Stop";
                  readonly path: "/ovis.trainer.v1.TrainerService/Stop";
                  readonly requestType: "StopRequest";
                  readonly responseType: "StopResponse";
                  readonly requestStream: undefined;
                  readonly responseStream: undefined;
                };

                /**
                 * Callback as used by {@link ovis.trainer.v1.TrainerService#evaluate}.
                 * @param error Error, if any
                 * @param [response] EvaluateEvent
                 */
                type EvaluateCallback = (error: (Error|null), response?: ovis.trainer.v1.EvaluateEvent) => void;

                /** Answers the questions of the evaluation set that belong to this rank. */
                type Evaluate = {
                  (request: ovis.trainer.v1.IEvaluateRequest, callback: ovis.trainer.v1.TrainerService.EvaluateCallback): void;
                  (request: ovis.trainer.v1.IEvaluateRequest): Promise<ovis.trainer.v1.EvaluateEvent>;
                  readonly name: "Evaluate";
                  readonly path: "/ovis.trainer.v1.TrainerService/Evaluate";
                  readonly requestType: "EvaluateRequest";
                  readonly responseType: "EvaluateEvent";
                  readonly requestStream: undefined;
                  readonly responseStream: true;
                };

                /**
                 * Callback as used by {@link ovis.trainer.v1.TrainerService#getStatus}.
                 * @param error Error, if any
                 * @param [response] GetStatusResponse
                 */
                type GetStatusCallback = (error: (Error|null), response?: ovis.trainer.v1.GetStatusResponse) => void;

                /** Calls GetStatus. */
                type GetStatus = {
                  (request: ovis.trainer.v1.IGetStatusRequest, callback: ovis.trainer.v1.TrainerService.GetStatusCallback): void;
                  (request: ovis.trainer.v1.IGetStatusRequest): Promise<ovis.trainer.v1.GetStatusResponse>;
                  readonly name: "GetStatus";
                  readonly path: "/ovis.trainer.v1.TrainerService/GetStatus";
                  readonly requestType: "GetStatusRequest";
                  readonly responseType: "GetStatusResponse";
                  readonly requestStream: undefined;
                  readonly responseStream: undefined;
                };

                /**
                 * Callback as used by {@link ovis.trainer.v1.TrainerService#diagnose}.
                 * @param error Error, if any
                 * @param [response] DiagnoseResponse
                 */
                type DiagnoseCallback = (error: (Error|null), response?: ovis.trainer.v1.DiagnoseResponse) => void;

                /** What it does at this moment and where it waits, for somebody who has to find out why nothing moves. */
                type Diagnose = {
                  (request: ovis.trainer.v1.IDiagnoseRequest, callback: ovis.trainer.v1.TrainerService.DiagnoseCallback): void;
                  (request: ovis.trainer.v1.IDiagnoseRequest): Promise<ovis.trainer.v1.DiagnoseResponse>;
                  readonly name: "Diagnose";
                  readonly path: "/ovis.trainer.v1.TrainerService/Diagnose";
                  readonly requestType: "DiagnoseRequest";
                  readonly responseType: "DiagnoseResponse";
                  readonly requestStream: undefined;
                  readonly responseStream: undefined;
                };
            }

            /** TrainerState enum. */
            enum TrainerState {

                /** TRAINER_STATE_UNSPECIFIED value */
                TRAINER_STATE_UNSPECIFIED = 0,

                /** TRAINER_STATE_IDLE value */
                TRAINER_STATE_IDLE = 1,

                /** TRAINER_STATE_BUSY value */
                TRAINER_STATE_BUSY = 2,

                /** Finishes what it does and takes no new work. */
                TRAINER_STATE_DRAINING = 3
            }

            /** What a trainer does inside a stage. Each phase has its own time limit: alive is not progressing. */
            enum StagePhase {

                /** STAGE_PHASE_UNSPECIFIED value */
                STAGE_PHASE_UNSPECIFIED = 0,

                /** STAGE_PHASE_LOADING value */
                STAGE_PHASE_LOADING = 1,

                /** STAGE_PHASE_COMPILING value */
                STAGE_PHASE_COMPILING = 2,

                /** STAGE_PHASE_TRAINING value */
                STAGE_PHASE_TRAINING = 3,

                /** STAGE_PHASE_CHECKPOINTING value */
                STAGE_PHASE_CHECKPOINTING = 4
            }

            /**
             * Properties of a ReserveRequest.
             * @deprecated Use ovis.trainer.v1.ReserveRequest.$Properties instead.
             */
            interface IReserveRequest extends ovis.trainer.v1.ReserveRequest.$Properties {
            }

            /** Represents a ReserveRequest. */
            class ReserveRequest {

                /**
                 * Constructs a new ReserveRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.ReserveRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ReserveRequest runId. */
                runId: string;

                /** ReserveRequest gangId. */
                gangId: string;

                /** ReserveRequest generation. */
                generation: number;

                /**
                 * Creates a new ReserveRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ReserveRequest instance
                 */
                static create(properties: ovis.trainer.v1.ReserveRequest.$Shape): ovis.trainer.v1.ReserveRequest & ovis.trainer.v1.ReserveRequest.$Shape;
                static create(properties?: ovis.trainer.v1.ReserveRequest.$Properties): ovis.trainer.v1.ReserveRequest;

                /**
                 * Encodes the specified ReserveRequest message. Does not implicitly {@link ovis.trainer.v1.ReserveRequest.verify|verify} messages.
                 * @param message ReserveRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.ReserveRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ReserveRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.ReserveRequest & ovis.trainer.v1.ReserveRequest.$Shape} ReserveRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.ReserveRequest & ovis.trainer.v1.ReserveRequest.$Shape;

                /**
                 * Creates a ReserveRequest message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns ReserveRequest
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.ReserveRequest;

                /**
                 * Creates a plain object from a ReserveRequest message. Also converts values to other types if specified.
                 * @param message ReserveRequest
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.ReserveRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this ReserveRequest to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace ReserveRequest {

                /** Properties of a ReserveRequest. */
                interface $Properties {

                    /** ReserveRequest runId */
                    runId?: (string|null);

                    /** ReserveRequest gangId */
                    gangId?: (string|null);

                    /** ReserveRequest generation */
                    generation?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ReserveRequest. */
                type $Shape = ovis.trainer.v1.ReserveRequest.$Properties;
            }

            /**
             * Properties of a ReserveResponse.
             * @deprecated Use ovis.trainer.v1.ReserveResponse.$Properties instead.
             */
            interface IReserveResponse extends ovis.trainer.v1.ReserveResponse.$Properties {
            }

            /** Represents a ReserveResponse. */
            class ReserveResponse {

                /**
                 * Constructs a new ReserveResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.ReserveResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** The stage of this gang that it holds in memory; absent when it holds none. */
                held?: (ovis.trainer.v1.HeldStage.$Properties|null);

                /**
                 * Creates a new ReserveResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ReserveResponse instance
                 */
                static create(properties: ovis.trainer.v1.ReserveResponse.$Shape): ovis.trainer.v1.ReserveResponse & ovis.trainer.v1.ReserveResponse.$Shape;
                static create(properties?: ovis.trainer.v1.ReserveResponse.$Properties): ovis.trainer.v1.ReserveResponse;

                /**
                 * Encodes the specified ReserveResponse message. Does not implicitly {@link ovis.trainer.v1.ReserveResponse.verify|verify} messages.
                 * @param message ReserveResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.ReserveResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ReserveResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.ReserveResponse & ovis.trainer.v1.ReserveResponse.$Shape} ReserveResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.ReserveResponse & ovis.trainer.v1.ReserveResponse.$Shape;

                /**
                 * Creates a ReserveResponse message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns ReserveResponse
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.ReserveResponse;

                /**
                 * Creates a plain object from a ReserveResponse message. Also converts values to other types if specified.
                 * @param message ReserveResponse
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.ReserveResponse, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this ReserveResponse to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace ReserveResponse {

                /** Properties of a ReserveResponse. */
                interface $Properties {

                    /** The stage of this gang that it holds in memory; absent when it holds none. */
                    held?: (ovis.trainer.v1.HeldStage.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ReserveResponse. */
                type $Shape = ovis.trainer.v1.ReserveResponse.$Properties;
            }

            /**
             * Properties of a ReleaseRequest.
             * @deprecated Use ovis.trainer.v1.ReleaseRequest.$Properties instead.
             */
            interface IReleaseRequest extends ovis.trainer.v1.ReleaseRequest.$Properties {
            }

            /** Represents a ReleaseRequest. */
            class ReleaseRequest {

                /**
                 * Constructs a new ReleaseRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.ReleaseRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ReleaseRequest gangId. */
                gangId: string;

                /** A later generation is left alone. */
                generation: number;

                /** ReleaseRequest reason. */
                reason: string;

                /**
                 * Creates a new ReleaseRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ReleaseRequest instance
                 */
                static create(properties: ovis.trainer.v1.ReleaseRequest.$Shape): ovis.trainer.v1.ReleaseRequest & ovis.trainer.v1.ReleaseRequest.$Shape;
                static create(properties?: ovis.trainer.v1.ReleaseRequest.$Properties): ovis.trainer.v1.ReleaseRequest;

                /**
                 * Encodes the specified ReleaseRequest message. Does not implicitly {@link ovis.trainer.v1.ReleaseRequest.verify|verify} messages.
                 * @param message ReleaseRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.ReleaseRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ReleaseRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.ReleaseRequest & ovis.trainer.v1.ReleaseRequest.$Shape} ReleaseRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.ReleaseRequest & ovis.trainer.v1.ReleaseRequest.$Shape;

                /**
                 * Creates a ReleaseRequest message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns ReleaseRequest
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.ReleaseRequest;

                /**
                 * Creates a plain object from a ReleaseRequest message. Also converts values to other types if specified.
                 * @param message ReleaseRequest
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.ReleaseRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this ReleaseRequest to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace ReleaseRequest {

                /** Properties of a ReleaseRequest. */
                interface $Properties {

                    /** ReleaseRequest gangId */
                    gangId?: (string|null);

                    /** A later generation is left alone. */
                    generation?: (number|null);

                    /** ReleaseRequest reason */
                    reason?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ReleaseRequest. */
                type $Shape = ovis.trainer.v1.ReleaseRequest.$Properties;
            }

            /**
             * Properties of a ReleaseResponse.
             * @deprecated Use ovis.trainer.v1.ReleaseResponse.$Properties instead.
             */
            interface IReleaseResponse extends ovis.trainer.v1.ReleaseResponse.$Properties {
            }

            /** Represents a ReleaseResponse. */
            class ReleaseResponse {

                /**
                 * Constructs a new ReleaseResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.ReleaseResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** False when it had nothing to do with the gang. */
                released: boolean;

                /**
                 * Creates a new ReleaseResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ReleaseResponse instance
                 */
                static create(properties: ovis.trainer.v1.ReleaseResponse.$Shape): ovis.trainer.v1.ReleaseResponse & ovis.trainer.v1.ReleaseResponse.$Shape;
                static create(properties?: ovis.trainer.v1.ReleaseResponse.$Properties): ovis.trainer.v1.ReleaseResponse;

                /**
                 * Encodes the specified ReleaseResponse message. Does not implicitly {@link ovis.trainer.v1.ReleaseResponse.verify|verify} messages.
                 * @param message ReleaseResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.ReleaseResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ReleaseResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.ReleaseResponse & ovis.trainer.v1.ReleaseResponse.$Shape} ReleaseResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.ReleaseResponse & ovis.trainer.v1.ReleaseResponse.$Shape;

                /**
                 * Creates a ReleaseResponse message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns ReleaseResponse
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.ReleaseResponse;

                /**
                 * Creates a plain object from a ReleaseResponse message. Also converts values to other types if specified.
                 * @param message ReleaseResponse
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.ReleaseResponse, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this ReleaseResponse to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace ReleaseResponse {

                /** Properties of a ReleaseResponse. */
                interface $Properties {

                    /** False when it had nothing to do with the gang. */
                    released?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ReleaseResponse. */
                type $Shape = ovis.trainer.v1.ReleaseResponse.$Properties;
            }

            /**
             * Properties of a HeldStage.
             * @deprecated Use ovis.trainer.v1.HeldStage.$Properties instead.
             */
            interface IHeldStage extends ovis.trainer.v1.HeldStage.$Properties {
            }

            /** A stage that a trainer keeps in memory after its gang has ended, so that the next generation goes on without reading a checkpoint. */
            class HeldStage {

                /**
                 * Constructs a new HeldStage.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.HeldStage.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** HeldStage runId. */
                runId: string;

                /** HeldStage gangId. */
                gangId: string;

                /** HeldStage stage. */
                stage: number;

                /** Steps that are in its weights. */
                step: number;

                /** HeldStage bytes. */
                bytes: number;

                /**
                 * Creates a new HeldStage instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns HeldStage instance
                 */
                static create(properties: ovis.trainer.v1.HeldStage.$Shape): ovis.trainer.v1.HeldStage & ovis.trainer.v1.HeldStage.$Shape;
                static create(properties?: ovis.trainer.v1.HeldStage.$Properties): ovis.trainer.v1.HeldStage;

                /**
                 * Encodes the specified HeldStage message. Does not implicitly {@link ovis.trainer.v1.HeldStage.verify|verify} messages.
                 * @param message HeldStage message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.HeldStage.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a HeldStage message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.HeldStage & ovis.trainer.v1.HeldStage.$Shape} HeldStage
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.HeldStage & ovis.trainer.v1.HeldStage.$Shape;

                /**
                 * Creates a HeldStage message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns HeldStage
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.HeldStage;

                /**
                 * Creates a plain object from a HeldStage message. Also converts values to other types if specified.
                 * @param message HeldStage
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.HeldStage, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this HeldStage to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace HeldStage {

                /** Properties of a HeldStage. */
                interface $Properties {

                    /** HeldStage runId */
                    runId?: (string|null);

                    /** HeldStage gangId */
                    gangId?: (string|null);

                    /** HeldStage stage */
                    stage?: (number|null);

                    /** Steps that are in its weights. */
                    step?: (number|null);

                    /** HeldStage bytes */
                    bytes?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a HeldStage. */
                type $Shape = ovis.trainer.v1.HeldStage.$Properties;
            }

            /**
             * Properties of a RunStageRequest.
             * @deprecated Use ovis.trainer.v1.RunStageRequest.$Properties instead.
             */
            interface IRunStageRequest extends ovis.trainer.v1.RunStageRequest.$Properties {
            }

            /** Represents a RunStageRequest. */
            class RunStageRequest {

                /**
                 * Constructs a new RunStageRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.RunStageRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** RunStageRequest runId. */
                runId: string;

                /** RunStageRequest gangId. */
                gangId: string;

                /** RunStageRequest generation. */
                generation: number;

                /** RunStageRequest rank. */
                rank: number;

                /** RunStageRequest world. */
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

                /**
                 * Creates a new RunStageRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns RunStageRequest instance
                 */
                static create(properties: ovis.trainer.v1.RunStageRequest.$Shape): ovis.trainer.v1.RunStageRequest & ovis.trainer.v1.RunStageRequest.$Shape;
                static create(properties?: ovis.trainer.v1.RunStageRequest.$Properties): ovis.trainer.v1.RunStageRequest;

                /**
                 * Encodes the specified RunStageRequest message. Does not implicitly {@link ovis.trainer.v1.RunStageRequest.verify|verify} messages.
                 * @param message RunStageRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.RunStageRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a RunStageRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.RunStageRequest & ovis.trainer.v1.RunStageRequest.$Shape} RunStageRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.RunStageRequest & ovis.trainer.v1.RunStageRequest.$Shape;

                /**
                 * Creates a RunStageRequest message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns RunStageRequest
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.RunStageRequest;

                /**
                 * Creates a plain object from a RunStageRequest message. Also converts values to other types if specified.
                 * @param message RunStageRequest
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.RunStageRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this RunStageRequest to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace RunStageRequest {

                /** Properties of a RunStageRequest. */
                interface $Properties {

                    /** RunStageRequest runId */
                    runId?: (string|null);

                    /** RunStageRequest gangId */
                    gangId?: (string|null);

                    /** RunStageRequest generation */
                    generation?: (number|null);

                    /** RunStageRequest rank */
                    rank?: (number|null);

                    /** RunStageRequest world */
                    world?: (number|null);

                    /** "host:port" of every rank's collective listener, by rank, this trainer's own included. */
                    collectiveAddresses?: (string[]|null);

                    /** 1, 2 or 3. */
                    stage?: (number|null);

                    /** The whole run config, defaults filled in, as JSON. */
                    runConfigJson?: (string|null);

                    /** Checkpoint to start from; empty means from the pre-trained backbones. */
                    checkpointUrl?: (string|null);

                    /**
                     * True when the stage starts at step 0 (new optimizer, weights of checkpoint_url); false when it continues
                     * the stage that the checkpoint was taken in.
                     */
                    initial?: (boolean|null);

                    /** Temporal activity attempt; a trainer refuses an attempt older than one it has seen. */
                    attempt?: (number|null);

                    /** Steps of the stage that are in checkpoint_url: memory of an earlier step is not used. */
                    startStep?: (number|null);

                    /** The config may differ from that of the checkpoint in what a stage can change on its way (rates, schedule, number of steps). */
                    acceptChanges?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a RunStageRequest. */
                type $Shape = ovis.trainer.v1.RunStageRequest.$Properties;
            }

            /**
             * Properties of a PrepareRequest.
             * @deprecated Use ovis.trainer.v1.PrepareRequest.$Properties instead.
             */
            interface IPrepareRequest extends ovis.trainer.v1.PrepareRequest.$Properties {
            }

            /** Represents a PrepareRequest. */
            class PrepareRequest {

                /**
                 * Constructs a new PrepareRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.PrepareRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** PrepareRequest runId. */
                runId: string;

                /** PrepareRequest gangId. */
                gangId: string;

                /** Trainers of the gang: alone, a trainer has other graphs than with peers. */
                world: number;

                /** PrepareRequest stage. */
                stage: number;

                /** PrepareRequest runConfigJson. */
                runConfigJson: string;

                /** Any checkpoint of the model; empty means the pre-trained backbones. */
                checkpointUrl: string;

                /**
                 * Creates a new PrepareRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns PrepareRequest instance
                 */
                static create(properties: ovis.trainer.v1.PrepareRequest.$Shape): ovis.trainer.v1.PrepareRequest & ovis.trainer.v1.PrepareRequest.$Shape;
                static create(properties?: ovis.trainer.v1.PrepareRequest.$Properties): ovis.trainer.v1.PrepareRequest;

                /**
                 * Encodes the specified PrepareRequest message. Does not implicitly {@link ovis.trainer.v1.PrepareRequest.verify|verify} messages.
                 * @param message PrepareRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.PrepareRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PrepareRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.PrepareRequest & ovis.trainer.v1.PrepareRequest.$Shape} PrepareRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.PrepareRequest & ovis.trainer.v1.PrepareRequest.$Shape;

                /**
                 * Creates a PrepareRequest message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns PrepareRequest
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.PrepareRequest;

                /**
                 * Creates a plain object from a PrepareRequest message. Also converts values to other types if specified.
                 * @param message PrepareRequest
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.PrepareRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this PrepareRequest to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace PrepareRequest {

                /** Properties of a PrepareRequest. */
                interface $Properties {

                    /** PrepareRequest runId */
                    runId?: (string|null);

                    /** PrepareRequest gangId */
                    gangId?: (string|null);

                    /** Trainers of the gang: alone, a trainer has other graphs than with peers. */
                    world?: (number|null);

                    /** PrepareRequest stage */
                    stage?: (number|null);

                    /** PrepareRequest runConfigJson */
                    runConfigJson?: (string|null);

                    /** Any checkpoint of the model; empty means the pre-trained backbones. */
                    checkpointUrl?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a PrepareRequest. */
                type $Shape = ovis.trainer.v1.PrepareRequest.$Properties;
            }

            /**
             * Properties of a PrepareResponse.
             * @deprecated Use ovis.trainer.v1.PrepareResponse.$Properties instead.
             */
            interface IPrepareResponse extends ovis.trainer.v1.PrepareResponse.$Properties {
            }

            /** Represents a PrepareResponse. */
            class PrepareResponse {

                /**
                 * Constructs a new PrepareResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.PrepareResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** False while it is under way: ask again. */
                prepared: boolean;

                /**
                 * Creates a new PrepareResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns PrepareResponse instance
                 */
                static create(properties: ovis.trainer.v1.PrepareResponse.$Shape): ovis.trainer.v1.PrepareResponse & ovis.trainer.v1.PrepareResponse.$Shape;
                static create(properties?: ovis.trainer.v1.PrepareResponse.$Properties): ovis.trainer.v1.PrepareResponse;

                /**
                 * Encodes the specified PrepareResponse message. Does not implicitly {@link ovis.trainer.v1.PrepareResponse.verify|verify} messages.
                 * @param message PrepareResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.PrepareResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PrepareResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.PrepareResponse & ovis.trainer.v1.PrepareResponse.$Shape} PrepareResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.PrepareResponse & ovis.trainer.v1.PrepareResponse.$Shape;

                /**
                 * Creates a PrepareResponse message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns PrepareResponse
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.PrepareResponse;

                /**
                 * Creates a plain object from a PrepareResponse message. Also converts values to other types if specified.
                 * @param message PrepareResponse
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.PrepareResponse, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this PrepareResponse to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace PrepareResponse {

                /** Properties of a PrepareResponse. */
                interface $Properties {

                    /** False while it is under way: ask again. */
                    prepared?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a PrepareResponse. */
                type $Shape = ovis.trainer.v1.PrepareResponse.$Properties;
            }

            /**
             * Properties of an AttachRequest.
             * @deprecated Use ovis.trainer.v1.AttachRequest.$Properties instead.
             */
            interface IAttachRequest extends ovis.trainer.v1.AttachRequest.$Properties {
            }

            /** Represents an AttachRequest. */
            class AttachRequest {

                /**
                 * Constructs a new AttachRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.AttachRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** AttachRequest gangId. */
                gangId: string;

                /** AttachRequest generation. */
                generation: number;

                /**
                 * Creates a new AttachRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns AttachRequest instance
                 */
                static create(properties: ovis.trainer.v1.AttachRequest.$Shape): ovis.trainer.v1.AttachRequest & ovis.trainer.v1.AttachRequest.$Shape;
                static create(properties?: ovis.trainer.v1.AttachRequest.$Properties): ovis.trainer.v1.AttachRequest;

                /**
                 * Encodes the specified AttachRequest message. Does not implicitly {@link ovis.trainer.v1.AttachRequest.verify|verify} messages.
                 * @param message AttachRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.AttachRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an AttachRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.AttachRequest & ovis.trainer.v1.AttachRequest.$Shape} AttachRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.AttachRequest & ovis.trainer.v1.AttachRequest.$Shape;

                /**
                 * Creates an AttachRequest message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns AttachRequest
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.AttachRequest;

                /**
                 * Creates a plain object from an AttachRequest message. Also converts values to other types if specified.
                 * @param message AttachRequest
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.AttachRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this AttachRequest to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace AttachRequest {

                /** Properties of an AttachRequest. */
                interface $Properties {

                    /** AttachRequest gangId */
                    gangId?: (string|null);

                    /** AttachRequest generation */
                    generation?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an AttachRequest. */
                type $Shape = ovis.trainer.v1.AttachRequest.$Properties;
            }

            /**
             * Properties of a StopRequest.
             * @deprecated Use ovis.trainer.v1.StopRequest.$Properties instead.
             */
            interface IStopRequest extends ovis.trainer.v1.StopRequest.$Properties {
            }

            /** Represents a StopRequest. */
            class StopRequest {

                /**
                 * Constructs a new StopRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.StopRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StopRequest gangId. */
                gangId: string;

                /** Save a checkpoint before stopping. */
                checkpoint: boolean;

                /** Shown to the user, for instance "run cancelled". */
                reason: string;

                /** Stop at the next step boundary without a checkpoint and hold the stage in memory: the next generation begins at once. */
                hold: boolean;

                /**
                 * Creates a new StopRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StopRequest instance
                 */
                static create(properties: ovis.trainer.v1.StopRequest.$Shape): ovis.trainer.v1.StopRequest & ovis.trainer.v1.StopRequest.$Shape;
                static create(properties?: ovis.trainer.v1.StopRequest.$Properties): ovis.trainer.v1.StopRequest;

                /**
                 * Encodes the specified StopRequest message. Does not implicitly {@link ovis.trainer.v1.StopRequest.verify|verify} messages.
                 * @param message StopRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.StopRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StopRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.StopRequest & ovis.trainer.v1.StopRequest.$Shape} StopRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.StopRequest & ovis.trainer.v1.StopRequest.$Shape;

                /**
                 * Creates a StopRequest message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns StopRequest
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.StopRequest;

                /**
                 * Creates a plain object from a StopRequest message. Also converts values to other types if specified.
                 * @param message StopRequest
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.StopRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this StopRequest to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace StopRequest {

                /** Properties of a StopRequest. */
                interface $Properties {

                    /** StopRequest gangId */
                    gangId?: (string|null);

                    /** Save a checkpoint before stopping. */
                    checkpoint?: (boolean|null);

                    /** Shown to the user, for instance "run cancelled". */
                    reason?: (string|null);

                    /** Stop at the next step boundary without a checkpoint and hold the stage in memory: the next generation begins at once. */
                    hold?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StopRequest. */
                type $Shape = ovis.trainer.v1.StopRequest.$Properties;
            }

            /**
             * Properties of a StopResponse.
             * @deprecated Use ovis.trainer.v1.StopResponse.$Properties instead.
             */
            interface IStopResponse extends ovis.trainer.v1.StopResponse.$Properties {
            }

            /** Represents a StopResponse. */
            class StopResponse {

                /**
                 * Constructs a new StopResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.StopResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** False when the trainer was not running that gang. */
                stopped: boolean;

                /** The checkpoint that was saved; empty when none was asked for. */
                checkpointUrl: string;

                /**
                 * Creates a new StopResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StopResponse instance
                 */
                static create(properties: ovis.trainer.v1.StopResponse.$Shape): ovis.trainer.v1.StopResponse & ovis.trainer.v1.StopResponse.$Shape;
                static create(properties?: ovis.trainer.v1.StopResponse.$Properties): ovis.trainer.v1.StopResponse;

                /**
                 * Encodes the specified StopResponse message. Does not implicitly {@link ovis.trainer.v1.StopResponse.verify|verify} messages.
                 * @param message StopResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.StopResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StopResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.StopResponse & ovis.trainer.v1.StopResponse.$Shape} StopResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.StopResponse & ovis.trainer.v1.StopResponse.$Shape;

                /**
                 * Creates a StopResponse message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns StopResponse
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.StopResponse;

                /**
                 * Creates a plain object from a StopResponse message. Also converts values to other types if specified.
                 * @param message StopResponse
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.StopResponse, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this StopResponse to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace StopResponse {

                /** Properties of a StopResponse. */
                interface $Properties {

                    /** False when the trainer was not running that gang. */
                    stopped?: (boolean|null);

                    /** The checkpoint that was saved; empty when none was asked for. */
                    checkpointUrl?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StopResponse. */
                type $Shape = ovis.trainer.v1.StopResponse.$Properties;
            }

            /**
             * Properties of a StageEvent.
             * @deprecated Use ovis.trainer.v1.StageEvent.$Properties instead.
             */
            interface IStageEvent extends ovis.trainer.v1.StageEvent.$Properties {
            }

            /** One thing that happened in a stage, on one rank. */
            class StageEvent {

                /**
                 * Constructs a new StageEvent.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.StageEvent.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StageEvent stage. */
                stage: number;

                /** StageEvent generation. */
                generation: number;

                /** StageEvent rank. */
                rank: number;

                /** Milliseconds since the Unix epoch on the trainer's clock. */
                atMs: number;

                /** StageEvent started. */
                started?: (ovis.trainer.v1.StageStarted.$Properties|null);

                /** StageEvent phase. */
                phase?: (ovis.trainer.v1.StagePhaseChanged.$Properties|null);

                /** StageEvent step. */
                step?: (ovis.trainer.v1.StageStep.$Properties|null);

                /** StageEvent checkpoint. */
                checkpoint?: (ovis.trainer.v1.StageCheckpoint.$Properties|null);

                /** StageEvent done. */
                done?: (ovis.trainer.v1.StageDone.$Properties|null);

                /** StageEvent failed. */
                failed?: (ovis.trainer.v1.Failure.$Properties|null);

                /** StageEvent statistics. */
                statistics?: (ovis.trainer.v1.StageStatistics.$Properties|null);

                /** StageEvent warning. */
                warning?: (ovis.trainer.v1.StageWarning.$Properties|null);

                /** StageEvent heldOut. */
                heldOut?: (ovis.trainer.v1.StageHeldOut.$Properties|null);

                /** StageEvent event. */
                event?: ("started"|"phase"|"step"|"checkpoint"|"done"|"failed"|"statistics"|"warning"|"heldOut");

                /**
                 * Creates a new StageEvent instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StageEvent instance
                 */
                static create(properties: ovis.trainer.v1.StageEvent.$Shape): ovis.trainer.v1.StageEvent & ovis.trainer.v1.StageEvent.$Shape;
                static create(properties?: ovis.trainer.v1.StageEvent.$Properties): ovis.trainer.v1.StageEvent;

                /**
                 * Encodes the specified StageEvent message. Does not implicitly {@link ovis.trainer.v1.StageEvent.verify|verify} messages.
                 * @param message StageEvent message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.StageEvent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StageEvent message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.StageEvent & ovis.trainer.v1.StageEvent.$Shape} StageEvent
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.StageEvent & ovis.trainer.v1.StageEvent.$Shape;

                /**
                 * Creates a StageEvent message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns StageEvent
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.StageEvent;

                /**
                 * Creates a plain object from a StageEvent message. Also converts values to other types if specified.
                 * @param message StageEvent
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.StageEvent, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this StageEvent to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace StageEvent {

                /** Properties of a StageEvent. */
                interface $Properties {

                    /** StageEvent stage */
                    stage?: (number|null);

                    /** StageEvent generation */
                    generation?: (number|null);

                    /** StageEvent rank */
                    rank?: (number|null);

                    /** Milliseconds since the Unix epoch on the trainer's clock. */
                    atMs?: (number|null);

                    /** StageEvent started */
                    started?: (ovis.trainer.v1.StageStarted.$Properties|null);

                    /** StageEvent phase */
                    phase?: (ovis.trainer.v1.StagePhaseChanged.$Properties|null);

                    /** StageEvent step */
                    step?: (ovis.trainer.v1.StageStep.$Properties|null);

                    /** StageEvent checkpoint */
                    checkpoint?: (ovis.trainer.v1.StageCheckpoint.$Properties|null);

                    /** StageEvent done */
                    done?: (ovis.trainer.v1.StageDone.$Properties|null);

                    /** StageEvent failed */
                    failed?: (ovis.trainer.v1.Failure.$Properties|null);

                    /** StageEvent statistics */
                    statistics?: (ovis.trainer.v1.StageStatistics.$Properties|null);

                    /** StageEvent warning */
                    warning?: (ovis.trainer.v1.StageWarning.$Properties|null);

                    /** StageEvent heldOut */
                    heldOut?: (ovis.trainer.v1.StageHeldOut.$Properties|null);

                    /** StageEvent event */
                    event?: ("started"|"phase"|"step"|"checkpoint"|"done"|"failed"|"statistics"|"warning"|"heldOut");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of a StageEvent. */
                type $Shape = {
                  stage?: number|null;
                  generation?: number|null;
                  rank?: number|null;
                  atMs?: number|null;
                  started?: ovis.trainer.v1.StageStarted.$Shape|null;
                  phase?: ovis.trainer.v1.StagePhaseChanged.$Shape|null;
                  step?: ovis.trainer.v1.StageStep.$Shape|null;
                  checkpoint?: ovis.trainer.v1.StageCheckpoint.$Shape|null;
                  done?: ovis.trainer.v1.StageDone.$Shape|null;
                  failed?: ovis.trainer.v1.Failure.$Shape|null;
                  statistics?: ovis.trainer.v1.StageStatistics.$Shape|null;
                  warning?: ovis.trainer.v1.StageWarning.$Shape|null;
                  heldOut?: ovis.trainer.v1.StageHeldOut.$Shape|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ event?: undefined; started?: null; phase?: null; step?: null; checkpoint?: null; done?: null; failed?: null; statistics?: null; warning?: null; heldOut?: null }|{ event?: "started"; started: ovis.trainer.v1.StageStarted.$Shape; phase?: null; step?: null; checkpoint?: null; done?: null; failed?: null; statistics?: null; warning?: null; heldOut?: null }|{ event?: "phase"; started?: null; phase: ovis.trainer.v1.StagePhaseChanged.$Shape; step?: null; checkpoint?: null; done?: null; failed?: null; statistics?: null; warning?: null; heldOut?: null }|{ event?: "step"; started?: null; phase?: null; step: ovis.trainer.v1.StageStep.$Shape; checkpoint?: null; done?: null; failed?: null; statistics?: null; warning?: null; heldOut?: null }|{ event?: "checkpoint"; started?: null; phase?: null; step?: null; checkpoint: ovis.trainer.v1.StageCheckpoint.$Shape; done?: null; failed?: null; statistics?: null; warning?: null; heldOut?: null }|{ event?: "done"; started?: null; phase?: null; step?: null; checkpoint?: null; done: ovis.trainer.v1.StageDone.$Shape; failed?: null; statistics?: null; warning?: null; heldOut?: null }|{ event?: "failed"; started?: null; phase?: null; step?: null; checkpoint?: null; done?: null; failed: ovis.trainer.v1.Failure.$Shape; statistics?: null; warning?: null; heldOut?: null }|{ event?: "statistics"; started?: null; phase?: null; step?: null; checkpoint?: null; done?: null; failed?: null; statistics: ovis.trainer.v1.StageStatistics.$Shape; warning?: null; heldOut?: null }|{ event?: "warning"; started?: null; phase?: null; step?: null; checkpoint?: null; done?: null; failed?: null; statistics?: null; warning: ovis.trainer.v1.StageWarning.$Shape; heldOut?: null }|{ event?: "heldOut"; started?: null; phase?: null; step?: null; checkpoint?: null; done?: null; failed?: null; statistics?: null; warning?: null; heldOut: ovis.trainer.v1.StageHeldOut.$Shape })
                );
            }

            /**
             * Properties of a StageStarted.
             * @deprecated Use ovis.trainer.v1.StageStarted.$Properties instead.
             */
            interface IStageStarted extends ovis.trainer.v1.StageStarted.$Properties {
            }

            /** Represents a StageStarted. */
            class StageStarted {

                /**
                 * Constructs a new StageStarted.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.StageStarted.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StageStarted stepsTotal. */
                stepsTotal: number;

                /** Index of the first step that will run: 0, or the step after the checkpoint. */
                firstStep: number;

                /** Number of trainable numbers in this stage. */
                trainableParams: number;

                /** StageStarted source. */
                source: ovis.trainer.v1.StageSource;

                /** For people, for instance "step 120 of rank 0 (trainer-1), 48.2 MB". */
                sourceDetail: string;

                /**
                 * Creates a new StageStarted instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StageStarted instance
                 */
                static create(properties: ovis.trainer.v1.StageStarted.$Shape): ovis.trainer.v1.StageStarted & ovis.trainer.v1.StageStarted.$Shape;
                static create(properties?: ovis.trainer.v1.StageStarted.$Properties): ovis.trainer.v1.StageStarted;

                /**
                 * Encodes the specified StageStarted message. Does not implicitly {@link ovis.trainer.v1.StageStarted.verify|verify} messages.
                 * @param message StageStarted message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.StageStarted.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StageStarted message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.StageStarted & ovis.trainer.v1.StageStarted.$Shape} StageStarted
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.StageStarted & ovis.trainer.v1.StageStarted.$Shape;

                /**
                 * Creates a StageStarted message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns StageStarted
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.StageStarted;

                /**
                 * Creates a plain object from a StageStarted message. Also converts values to other types if specified.
                 * @param message StageStarted
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.StageStarted, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this StageStarted to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace StageStarted {

                /** Properties of a StageStarted. */
                interface $Properties {

                    /** StageStarted stepsTotal */
                    stepsTotal?: (number|null);

                    /** Index of the first step that will run: 0, or the step after the checkpoint. */
                    firstStep?: (number|null);

                    /** Number of trainable numbers in this stage. */
                    trainableParams?: (number|null);

                    /** StageStarted source */
                    source?: (ovis.trainer.v1.StageSource|null);

                    /** For people, for instance "step 120 of rank 0 (trainer-1), 48.2 MB". */
                    sourceDetail?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StageStarted. */
                type $Shape = ovis.trainer.v1.StageStarted.$Properties;
            }

            /** Where a rank's weights come from. */
            enum StageSource {

                /** STAGE_SOURCE_UNSPECIFIED value */
                STAGE_SOURCE_UNSPECIFIED = 0,

                /** STAGE_SOURCE_BACKBONES value */
                STAGE_SOURCE_BACKBONES = 1,

                /** STAGE_SOURCE_CHECKPOINT value */
                STAGE_SOURCE_CHECKPOINT = 2,

                /** It held them itself. */
                STAGE_SOURCE_MEMORY = 3,

                /** Another rank held them and sent them. */
                STAGE_SOURCE_PEER = 4
            }

            /**
             * Properties of a StagePhaseChanged.
             * @deprecated Use ovis.trainer.v1.StagePhaseChanged.$Properties instead.
             */
            interface IStagePhaseChanged extends ovis.trainer.v1.StagePhaseChanged.$Properties {
            }

            /** Represents a StagePhaseChanged. */
            class StagePhaseChanged {

                /**
                 * Constructs a new StagePhaseChanged.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.StagePhaseChanged.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StagePhaseChanged phase. */
                phase: ovis.trainer.v1.StagePhase;

                /** For people, for instance "backbones: 11.2 MB". */
                detail: string;

                /**
                 * Creates a new StagePhaseChanged instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StagePhaseChanged instance
                 */
                static create(properties: ovis.trainer.v1.StagePhaseChanged.$Shape): ovis.trainer.v1.StagePhaseChanged & ovis.trainer.v1.StagePhaseChanged.$Shape;
                static create(properties?: ovis.trainer.v1.StagePhaseChanged.$Properties): ovis.trainer.v1.StagePhaseChanged;

                /**
                 * Encodes the specified StagePhaseChanged message. Does not implicitly {@link ovis.trainer.v1.StagePhaseChanged.verify|verify} messages.
                 * @param message StagePhaseChanged message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.StagePhaseChanged.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StagePhaseChanged message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.StagePhaseChanged & ovis.trainer.v1.StagePhaseChanged.$Shape} StagePhaseChanged
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.StagePhaseChanged & ovis.trainer.v1.StagePhaseChanged.$Shape;

                /**
                 * Creates a StagePhaseChanged message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns StagePhaseChanged
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.StagePhaseChanged;

                /**
                 * Creates a plain object from a StagePhaseChanged message. Also converts values to other types if specified.
                 * @param message StagePhaseChanged
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.StagePhaseChanged, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this StagePhaseChanged to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace StagePhaseChanged {

                /** Properties of a StagePhaseChanged. */
                interface $Properties {

                    /** StagePhaseChanged phase */
                    phase?: (ovis.trainer.v1.StagePhase|null);

                    /** For people, for instance "backbones: 11.2 MB". */
                    detail?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StagePhaseChanged. */
                type $Shape = ovis.trainer.v1.StagePhaseChanged.$Properties;
            }

            /**
             * Properties of a StageStep.
             * @deprecated Use ovis.trainer.v1.StageStep.$Properties instead.
             */
            interface IStageStep extends ovis.trainer.v1.StageStep.$Properties {
            }

            /** Represents a StageStep. */
            class StageStep {

                /**
                 * Constructs a new StageStep.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.StageStep.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Steps completed, 1-based: the first optimizer step reports 1. */
                step: number;

                /** StageStep loss. */
                loss: number;

                /** Norm over trainable parameters before clipping. */
                gradNorm: number;

                /** StageStep lr. */
                lr: number;

                /** Of this step, all ranks together. */
                images: number;

                /** Unmasked label tokens of this step, all ranks together. */
                tokens: number;

                /** StageStep imagesPerS. */
                imagesPerS: number;

                /** StageStep computeMs. */
                computeMs: number;

                /** StageStep communicateMs. */
                communicateMs: number;

                /** Time the step waited for data. */
                dataMs: number;

                /**
                 * Creates a new StageStep instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StageStep instance
                 */
                static create(properties: ovis.trainer.v1.StageStep.$Shape): ovis.trainer.v1.StageStep & ovis.trainer.v1.StageStep.$Shape;
                static create(properties?: ovis.trainer.v1.StageStep.$Properties): ovis.trainer.v1.StageStep;

                /**
                 * Encodes the specified StageStep message. Does not implicitly {@link ovis.trainer.v1.StageStep.verify|verify} messages.
                 * @param message StageStep message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.StageStep.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StageStep message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.StageStep & ovis.trainer.v1.StageStep.$Shape} StageStep
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.StageStep & ovis.trainer.v1.StageStep.$Shape;

                /**
                 * Creates a StageStep message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns StageStep
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.StageStep;

                /**
                 * Creates a plain object from a StageStep message. Also converts values to other types if specified.
                 * @param message StageStep
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.StageStep, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this StageStep to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace StageStep {

                /** Properties of a StageStep. */
                interface $Properties {

                    /** Steps completed, 1-based: the first optimizer step reports 1. */
                    step?: (number|null);

                    /** StageStep loss */
                    loss?: (number|null);

                    /** Norm over trainable parameters before clipping. */
                    gradNorm?: (number|null);

                    /** StageStep lr */
                    lr?: (number|null);

                    /** Of this step, all ranks together. */
                    images?: (number|null);

                    /** Unmasked label tokens of this step, all ranks together. */
                    tokens?: (number|null);

                    /** StageStep imagesPerS */
                    imagesPerS?: (number|null);

                    /** StageStep computeMs */
                    computeMs?: (number|null);

                    /** StageStep communicateMs */
                    communicateMs?: (number|null);

                    /** Time the step waited for data. */
                    dataMs?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StageStep. */
                type $Shape = ovis.trainer.v1.StageStep.$Properties;
            }

            /**
             * Properties of a StageCheckpoint.
             * @deprecated Use ovis.trainer.v1.StageCheckpoint.$Properties instead.
             */
            interface IStageCheckpoint extends ovis.trainer.v1.StageCheckpoint.$Properties {
            }

            /** A checkpoint has become visible. The stage has gone on since its snapshot. */
            class StageCheckpoint {

                /**
                 * Constructs a new StageCheckpoint.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.StageCheckpoint.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StageCheckpoint id. */
                id: string;

                /** StageCheckpoint url. */
                url: string;

                /** StageCheckpoint step. */
                step: number;

                /** Of all its files. */
                bytes: number;

                /** From the snapshot until it was visible. */
                ms: number;

                /** What the training stood still for: the copy into host memory, and the checkpoint before. */
                snapshotMs: number;

                /** StageCheckpoint waitMs. */
                waitMs: number;

                /** Of the files that were written for it; the others are those of earlier checkpoints. */
                writtenBytes: number;

                /**
                 * Creates a new StageCheckpoint instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StageCheckpoint instance
                 */
                static create(properties: ovis.trainer.v1.StageCheckpoint.$Shape): ovis.trainer.v1.StageCheckpoint & ovis.trainer.v1.StageCheckpoint.$Shape;
                static create(properties?: ovis.trainer.v1.StageCheckpoint.$Properties): ovis.trainer.v1.StageCheckpoint;

                /**
                 * Encodes the specified StageCheckpoint message. Does not implicitly {@link ovis.trainer.v1.StageCheckpoint.verify|verify} messages.
                 * @param message StageCheckpoint message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.StageCheckpoint.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StageCheckpoint message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.StageCheckpoint & ovis.trainer.v1.StageCheckpoint.$Shape} StageCheckpoint
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.StageCheckpoint & ovis.trainer.v1.StageCheckpoint.$Shape;

                /**
                 * Creates a StageCheckpoint message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns StageCheckpoint
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.StageCheckpoint;

                /**
                 * Creates a plain object from a StageCheckpoint message. Also converts values to other types if specified.
                 * @param message StageCheckpoint
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.StageCheckpoint, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this StageCheckpoint to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace StageCheckpoint {

                /** Properties of a StageCheckpoint. */
                interface $Properties {

                    /** StageCheckpoint id */
                    id?: (string|null);

                    /** StageCheckpoint url */
                    url?: (string|null);

                    /** StageCheckpoint step */
                    step?: (number|null);

                    /** Of all its files. */
                    bytes?: (number|null);

                    /** From the snapshot until it was visible. */
                    ms?: (number|null);

                    /** What the training stood still for: the copy into host memory, and the checkpoint before. */
                    snapshotMs?: (number|null);

                    /** StageCheckpoint waitMs */
                    waitMs?: (number|null);

                    /** Of the files that were written for it; the others are those of earlier checkpoints. */
                    writtenBytes?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StageCheckpoint. */
                type $Shape = ovis.trainer.v1.StageCheckpoint.$Properties;
            }

            /**
             * Properties of a StageStatistics.
             * @deprecated Use ovis.trainer.v1.StageStatistics.$Properties instead.
             */
            interface IStageStatistics extends ovis.trainer.v1.StageStatistics.$Properties {
            }

            /** What the visual tokens of some pictures of all ranks looked like: the same on every rank. */
            class StageStatistics {

                /**
                 * Constructs a new StageStatistics.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.StageStatistics.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** The step whose batch they are of. */
                step: number;

                /** Visual tokens that were looked at. */
                tokens: number;

                /** Mean entropy of a token's distribution over the words, nats. */
                entropy: number;

                /** exp(entropy) of the tokens. */
                effectiveWordsMean: number;

                /** StageStatistics effectiveWordsMedian. */
                effectiveWordsMedian: number;

                /** StageStatistics effectiveWordsLeast. */
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

                /** StageStatistics cosine. */
                cosine: number;

                /** StageStatistics dimensions. */
                dimensions: number;

                /** Frobenius norm of the visual embedding table; root mean square of the head's LayerNorm weights. */
                tableNorm: number;

                /** StageStatistics logitScale. */
                logitScale: number;

                /** How long this took. */
                ms: number;

                /**
                 * Creates a new StageStatistics instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StageStatistics instance
                 */
                static create(properties: ovis.trainer.v1.StageStatistics.$Shape): ovis.trainer.v1.StageStatistics & ovis.trainer.v1.StageStatistics.$Shape;
                static create(properties?: ovis.trainer.v1.StageStatistics.$Properties): ovis.trainer.v1.StageStatistics;

                /**
                 * Encodes the specified StageStatistics message. Does not implicitly {@link ovis.trainer.v1.StageStatistics.verify|verify} messages.
                 * @param message StageStatistics message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.StageStatistics.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StageStatistics message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.StageStatistics & ovis.trainer.v1.StageStatistics.$Shape} StageStatistics
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.StageStatistics & ovis.trainer.v1.StageStatistics.$Shape;

                /**
                 * Creates a StageStatistics message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns StageStatistics
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.StageStatistics;

                /**
                 * Creates a plain object from a StageStatistics message. Also converts values to other types if specified.
                 * @param message StageStatistics
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.StageStatistics, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this StageStatistics to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace StageStatistics {

                /** Properties of a StageStatistics. */
                interface $Properties {

                    /** The step whose batch they are of. */
                    step?: (number|null);

                    /** Visual tokens that were looked at. */
                    tokens?: (number|null);

                    /** Mean entropy of a token's distribution over the words, nats. */
                    entropy?: (number|null);

                    /** exp(entropy) of the tokens. */
                    effectiveWordsMean?: (number|null);

                    /** StageStatistics effectiveWordsMedian */
                    effectiveWordsMedian?: (number|null);

                    /** StageStatistics effectiveWordsLeast */
                    effectiveWordsLeast?: (number|null);

                    /** Share of the tokens that are nearly one word each. */
                    saturated?: (number|null);

                    /** Mean largest probability. */
                    largest?: (number|null);

                    /** Words that tokens can have. */
                    words?: (number|null);

                    /** Share of the words that get next to no probability. */
                    deadWords?: (number|null);

                    /** Tokens that this is an average over, times effective words, by the number of words. */
                    coverage?: (number|null);

                    /** Of the visual embeddings: variance relative to their square, mean cosine between pictures, directions they spread in. */
                    variance?: (number|null);

                    /** StageStatistics cosine */
                    cosine?: (number|null);

                    /** StageStatistics dimensions */
                    dimensions?: (number|null);

                    /** Frobenius norm of the visual embedding table; root mean square of the head's LayerNorm weights. */
                    tableNorm?: (number|null);

                    /** StageStatistics logitScale */
                    logitScale?: (number|null);

                    /** How long this took. */
                    ms?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StageStatistics. */
                type $Shape = ovis.trainer.v1.StageStatistics.$Properties;
            }

            /**
             * Properties of a StageWarning.
             * @deprecated Use ovis.trainer.v1.StageWarning.$Properties instead.
             */
            interface IStageWarning extends ovis.trainer.v1.StageWarning.$Properties {
            }

            /** Something goes wrong in the training, or is over again. Once per episode. */
            class StageWarning {

                /**
                 * Constructs a new StageWarning.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.StageWarning.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** saturation, dead-words, collapse, overfitting, bad-loss, late-checkpoint. */
                signature: string;

                /** StageWarning step. */
                step: number;

                /** The step that showed it first. */
                since: number;

                /** What is seen, with numbers. */
                message: string;

                /** What to do about it. */
                remedy: string;

                /** It is gone again. */
                over: boolean;

                /**
                 * Creates a new StageWarning instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StageWarning instance
                 */
                static create(properties: ovis.trainer.v1.StageWarning.$Shape): ovis.trainer.v1.StageWarning & ovis.trainer.v1.StageWarning.$Shape;
                static create(properties?: ovis.trainer.v1.StageWarning.$Properties): ovis.trainer.v1.StageWarning;

                /**
                 * Encodes the specified StageWarning message. Does not implicitly {@link ovis.trainer.v1.StageWarning.verify|verify} messages.
                 * @param message StageWarning message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.StageWarning.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StageWarning message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.StageWarning & ovis.trainer.v1.StageWarning.$Shape} StageWarning
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.StageWarning & ovis.trainer.v1.StageWarning.$Shape;

                /**
                 * Creates a StageWarning message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns StageWarning
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.StageWarning;

                /**
                 * Creates a plain object from a StageWarning message. Also converts values to other types if specified.
                 * @param message StageWarning
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.StageWarning, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this StageWarning to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace StageWarning {

                /** Properties of a StageWarning. */
                interface $Properties {

                    /** saturation, dead-words, collapse, overfitting, bad-loss, late-checkpoint. */
                    signature?: (string|null);

                    /** StageWarning step */
                    step?: (number|null);

                    /** The step that showed it first. */
                    since?: (number|null);

                    /** What is seen, with numbers. */
                    message?: (string|null);

                    /** What to do about it. */
                    remedy?: (string|null);

                    /** It is gone again. */
                    over?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StageWarning. */
                type $Shape = ovis.trainer.v1.StageWarning.$Properties;
            }

            /**
             * Properties of a StageHeldOut.
             * @deprecated Use ovis.trainer.v1.StageHeldOut.$Properties instead.
             */
            interface IStageHeldOut extends ovis.trainer.v1.StageHeldOut.$Properties {
            }

            /** Loss on samples that are not trained on. */
            class StageHeldOut {

                /**
                 * Constructs a new StageHeldOut.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.StageHeldOut.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StageHeldOut step. */
                step: number;

                /** StageHeldOut loss. */
                loss: number;

                /** Of the last training steps. */
                trainLoss: number;

                /** StageHeldOut samples. */
                samples: number;

                /** How long this took. */
                ms: number;

                /**
                 * Creates a new StageHeldOut instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StageHeldOut instance
                 */
                static create(properties: ovis.trainer.v1.StageHeldOut.$Shape): ovis.trainer.v1.StageHeldOut & ovis.trainer.v1.StageHeldOut.$Shape;
                static create(properties?: ovis.trainer.v1.StageHeldOut.$Properties): ovis.trainer.v1.StageHeldOut;

                /**
                 * Encodes the specified StageHeldOut message. Does not implicitly {@link ovis.trainer.v1.StageHeldOut.verify|verify} messages.
                 * @param message StageHeldOut message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.StageHeldOut.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StageHeldOut message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.StageHeldOut & ovis.trainer.v1.StageHeldOut.$Shape} StageHeldOut
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.StageHeldOut & ovis.trainer.v1.StageHeldOut.$Shape;

                /**
                 * Creates a StageHeldOut message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns StageHeldOut
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.StageHeldOut;

                /**
                 * Creates a plain object from a StageHeldOut message. Also converts values to other types if specified.
                 * @param message StageHeldOut
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.StageHeldOut, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this StageHeldOut to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace StageHeldOut {

                /** Properties of a StageHeldOut. */
                interface $Properties {

                    /** StageHeldOut step */
                    step?: (number|null);

                    /** StageHeldOut loss */
                    loss?: (number|null);

                    /** Of the last training steps. */
                    trainLoss?: (number|null);

                    /** StageHeldOut samples */
                    samples?: (number|null);

                    /** How long this took. */
                    ms?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StageHeldOut. */
                type $Shape = ovis.trainer.v1.StageHeldOut.$Properties;
            }

            /**
             * Properties of a StageDone.
             * @deprecated Use ovis.trainer.v1.StageDone.$Properties instead.
             */
            interface IStageDone extends ovis.trainer.v1.StageDone.$Properties {
            }

            /** Represents a StageDone. */
            class StageDone {

                /**
                 * Constructs a new StageDone.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.StageDone.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StageDone checkpointUrl. */
                checkpointUrl: string;

                /** StageDone steps. */
                steps: number;

                /** StageDone finalLoss. */
                finalLoss: number;

                /**
                 * Creates a new StageDone instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StageDone instance
                 */
                static create(properties: ovis.trainer.v1.StageDone.$Shape): ovis.trainer.v1.StageDone & ovis.trainer.v1.StageDone.$Shape;
                static create(properties?: ovis.trainer.v1.StageDone.$Properties): ovis.trainer.v1.StageDone;

                /**
                 * Encodes the specified StageDone message. Does not implicitly {@link ovis.trainer.v1.StageDone.verify|verify} messages.
                 * @param message StageDone message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.StageDone.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StageDone message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.StageDone & ovis.trainer.v1.StageDone.$Shape} StageDone
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.StageDone & ovis.trainer.v1.StageDone.$Shape;

                /**
                 * Creates a StageDone message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns StageDone
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.StageDone;

                /**
                 * Creates a plain object from a StageDone message. Also converts values to other types if specified.
                 * @param message StageDone
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.StageDone, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this StageDone to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace StageDone {

                /** Properties of a StageDone. */
                interface $Properties {

                    /** StageDone checkpointUrl */
                    checkpointUrl?: (string|null);

                    /** StageDone steps */
                    steps?: (number|null);

                    /** StageDone finalLoss */
                    finalLoss?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StageDone. */
                type $Shape = ovis.trainer.v1.StageDone.$Properties;
            }

            /**
             * Properties of a Failure.
             * @deprecated Use ovis.trainer.v1.Failure.$Properties instead.
             */
            interface IFailure extends ovis.trainer.v1.Failure.$Properties {
            }

            /** An error with its cause and cure. */
            class Failure {

                /**
                 * Constructs a new Failure.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.Failure.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

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
                peerRank?: (number|null);

                /**
                 * Creates a new Failure instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Failure instance
                 */
                static create(properties: ovis.trainer.v1.Failure.$Shape): ovis.trainer.v1.Failure & ovis.trainer.v1.Failure.$Shape;
                static create(properties?: ovis.trainer.v1.Failure.$Properties): ovis.trainer.v1.Failure;

                /**
                 * Encodes the specified Failure message. Does not implicitly {@link ovis.trainer.v1.Failure.verify|verify} messages.
                 * @param message Failure message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.Failure.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Failure message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.Failure & ovis.trainer.v1.Failure.$Shape} Failure
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.Failure & ovis.trainer.v1.Failure.$Shape;

                /**
                 * Creates a Failure message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns Failure
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.Failure;

                /**
                 * Creates a plain object from a Failure message. Also converts values to other types if specified.
                 * @param message Failure
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.Failure, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this Failure to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace Failure {

                /** Properties of a Failure. */
                interface $Properties {

                    /** Stable name, for instance PEER_LOST, TRUNCATED, BAD_CONFIG. */
                    code?: (string|null);

                    /** What failed, where and why. */
                    message?: (string|null);

                    /** How to fix it. */
                    hint?: (string|null);

                    /** True for infrastructure and membership faults, false for user errors. */
                    retryable?: (boolean|null);

                    /** The rank that reports. */
                    rank?: (number|null);

                    /** The rank that caused it, when it was another one. */
                    peerRank?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Failure. */
                type $Shape = ovis.trainer.v1.Failure.$Properties;
            }

            /**
             * Properties of an EvaluateRequest.
             * @deprecated Use ovis.trainer.v1.EvaluateRequest.$Properties instead.
             */
            interface IEvaluateRequest extends ovis.trainer.v1.EvaluateRequest.$Properties {
            }

            /** Represents an EvaluateRequest. */
            class EvaluateRequest {

                /**
                 * Constructs a new EvaluateRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.EvaluateRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** EvaluateRequest runId. */
                runId: string;

                /** EvaluateRequest gangId. */
                gangId: string;

                /** Rank r of world w answers the questions i with i % w == r. */
                rank: number;

                /** EvaluateRequest world. */
                world: number;

                /** EvaluateRequest runConfigJson. */
                runConfigJson: string;

                /** EvaluateRequest checkpointUrl. */
                checkpointUrl: string;

                /** Answer each question a second time with a blank image: the baseline that shows what vision adds. */
                blankImage: boolean;

                /** Where this rank writes its predictions (JSON lines). */
                outputUrl: string;

                /**
                 * Creates a new EvaluateRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns EvaluateRequest instance
                 */
                static create(properties: ovis.trainer.v1.EvaluateRequest.$Shape): ovis.trainer.v1.EvaluateRequest & ovis.trainer.v1.EvaluateRequest.$Shape;
                static create(properties?: ovis.trainer.v1.EvaluateRequest.$Properties): ovis.trainer.v1.EvaluateRequest;

                /**
                 * Encodes the specified EvaluateRequest message. Does not implicitly {@link ovis.trainer.v1.EvaluateRequest.verify|verify} messages.
                 * @param message EvaluateRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.EvaluateRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an EvaluateRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.EvaluateRequest & ovis.trainer.v1.EvaluateRequest.$Shape} EvaluateRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.EvaluateRequest & ovis.trainer.v1.EvaluateRequest.$Shape;

                /**
                 * Creates an EvaluateRequest message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns EvaluateRequest
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.EvaluateRequest;

                /**
                 * Creates a plain object from an EvaluateRequest message. Also converts values to other types if specified.
                 * @param message EvaluateRequest
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.EvaluateRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this EvaluateRequest to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace EvaluateRequest {

                /** Properties of an EvaluateRequest. */
                interface $Properties {

                    /** EvaluateRequest runId */
                    runId?: (string|null);

                    /** EvaluateRequest gangId */
                    gangId?: (string|null);

                    /** Rank r of world w answers the questions i with i % w == r. */
                    rank?: (number|null);

                    /** EvaluateRequest world */
                    world?: (number|null);

                    /** EvaluateRequest runConfigJson */
                    runConfigJson?: (string|null);

                    /** EvaluateRequest checkpointUrl */
                    checkpointUrl?: (string|null);

                    /** Answer each question a second time with a blank image: the baseline that shows what vision adds. */
                    blankImage?: (boolean|null);

                    /** Where this rank writes its predictions (JSON lines). */
                    outputUrl?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an EvaluateRequest. */
                type $Shape = ovis.trainer.v1.EvaluateRequest.$Properties;
            }

            /**
             * Properties of an EvaluateEvent.
             * @deprecated Use ovis.trainer.v1.EvaluateEvent.$Properties instead.
             */
            interface IEvaluateEvent extends ovis.trainer.v1.EvaluateEvent.$Properties {
            }

            /** Represents an EvaluateEvent. */
            class EvaluateEvent {

                /**
                 * Constructs a new EvaluateEvent.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.EvaluateEvent.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** EvaluateEvent progress. */
                progress?: (ovis.trainer.v1.EvaluateProgress.$Properties|null);

                /** EvaluateEvent done. */
                done?: (ovis.trainer.v1.EvaluateDone.$Properties|null);

                /** EvaluateEvent failed. */
                failed?: (ovis.trainer.v1.Failure.$Properties|null);

                /** EvaluateEvent event. */
                event?: ("progress"|"done"|"failed");

                /**
                 * Creates a new EvaluateEvent instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns EvaluateEvent instance
                 */
                static create(properties: ovis.trainer.v1.EvaluateEvent.$Shape): ovis.trainer.v1.EvaluateEvent & ovis.trainer.v1.EvaluateEvent.$Shape;
                static create(properties?: ovis.trainer.v1.EvaluateEvent.$Properties): ovis.trainer.v1.EvaluateEvent;

                /**
                 * Encodes the specified EvaluateEvent message. Does not implicitly {@link ovis.trainer.v1.EvaluateEvent.verify|verify} messages.
                 * @param message EvaluateEvent message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.EvaluateEvent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an EvaluateEvent message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.EvaluateEvent & ovis.trainer.v1.EvaluateEvent.$Shape} EvaluateEvent
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.EvaluateEvent & ovis.trainer.v1.EvaluateEvent.$Shape;

                /**
                 * Creates an EvaluateEvent message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns EvaluateEvent
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.EvaluateEvent;

                /**
                 * Creates a plain object from an EvaluateEvent message. Also converts values to other types if specified.
                 * @param message EvaluateEvent
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.EvaluateEvent, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this EvaluateEvent to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace EvaluateEvent {

                /** Properties of an EvaluateEvent. */
                interface $Properties {

                    /** EvaluateEvent progress */
                    progress?: (ovis.trainer.v1.EvaluateProgress.$Properties|null);

                    /** EvaluateEvent done */
                    done?: (ovis.trainer.v1.EvaluateDone.$Properties|null);

                    /** EvaluateEvent failed */
                    failed?: (ovis.trainer.v1.Failure.$Properties|null);

                    /** EvaluateEvent event */
                    event?: ("progress"|"done"|"failed");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of an EvaluateEvent. */
                type $Shape = {
                  progress?: ovis.trainer.v1.EvaluateProgress.$Shape|null;
                  done?: ovis.trainer.v1.EvaluateDone.$Shape|null;
                  failed?: ovis.trainer.v1.Failure.$Shape|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ event?: undefined; progress?: null; done?: null; failed?: null }|{ event?: "progress"; progress: ovis.trainer.v1.EvaluateProgress.$Shape; done?: null; failed?: null }|{ event?: "done"; progress?: null; done: ovis.trainer.v1.EvaluateDone.$Shape; failed?: null }|{ event?: "failed"; progress?: null; done?: null; failed: ovis.trainer.v1.Failure.$Shape })
                );
            }

            /**
             * Properties of an EvaluateProgress.
             * @deprecated Use ovis.trainer.v1.EvaluateProgress.$Properties instead.
             */
            interface IEvaluateProgress extends ovis.trainer.v1.EvaluateProgress.$Properties {
            }

            /** Represents an EvaluateProgress. */
            class EvaluateProgress {

                /**
                 * Constructs a new EvaluateProgress.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.EvaluateProgress.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** EvaluateProgress done. */
                done: number;

                /** EvaluateProgress total. */
                total: number;

                /** EvaluateProgress questionsPerS. */
                questionsPerS: number;

                /** True while the blank-image pass runs. */
                blankImage: boolean;

                /**
                 * Creates a new EvaluateProgress instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns EvaluateProgress instance
                 */
                static create(properties: ovis.trainer.v1.EvaluateProgress.$Shape): ovis.trainer.v1.EvaluateProgress & ovis.trainer.v1.EvaluateProgress.$Shape;
                static create(properties?: ovis.trainer.v1.EvaluateProgress.$Properties): ovis.trainer.v1.EvaluateProgress;

                /**
                 * Encodes the specified EvaluateProgress message. Does not implicitly {@link ovis.trainer.v1.EvaluateProgress.verify|verify} messages.
                 * @param message EvaluateProgress message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.EvaluateProgress.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an EvaluateProgress message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.EvaluateProgress & ovis.trainer.v1.EvaluateProgress.$Shape} EvaluateProgress
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.EvaluateProgress & ovis.trainer.v1.EvaluateProgress.$Shape;

                /**
                 * Creates an EvaluateProgress message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns EvaluateProgress
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.EvaluateProgress;

                /**
                 * Creates a plain object from an EvaluateProgress message. Also converts values to other types if specified.
                 * @param message EvaluateProgress
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.EvaluateProgress, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this EvaluateProgress to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace EvaluateProgress {

                /** Properties of an EvaluateProgress. */
                interface $Properties {

                    /** EvaluateProgress done */
                    done?: (number|null);

                    /** EvaluateProgress total */
                    total?: (number|null);

                    /** EvaluateProgress questionsPerS */
                    questionsPerS?: (number|null);

                    /** True while the blank-image pass runs. */
                    blankImage?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an EvaluateProgress. */
                type $Shape = ovis.trainer.v1.EvaluateProgress.$Properties;
            }

            /**
             * Properties of an EvaluateDone.
             * @deprecated Use ovis.trainer.v1.EvaluateDone.$Properties instead.
             */
            interface IEvaluateDone extends ovis.trainer.v1.EvaluateDone.$Properties {
            }

            /** Represents an EvaluateDone. */
            class EvaluateDone {

                /**
                 * Constructs a new EvaluateDone.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.EvaluateDone.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** EvaluateDone predictionsUrl. */
                predictionsUrl: string;

                /** EvaluateDone questions. */
                questions: number;

                /**
                 * Creates a new EvaluateDone instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns EvaluateDone instance
                 */
                static create(properties: ovis.trainer.v1.EvaluateDone.$Shape): ovis.trainer.v1.EvaluateDone & ovis.trainer.v1.EvaluateDone.$Shape;
                static create(properties?: ovis.trainer.v1.EvaluateDone.$Properties): ovis.trainer.v1.EvaluateDone;

                /**
                 * Encodes the specified EvaluateDone message. Does not implicitly {@link ovis.trainer.v1.EvaluateDone.verify|verify} messages.
                 * @param message EvaluateDone message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.EvaluateDone.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an EvaluateDone message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.EvaluateDone & ovis.trainer.v1.EvaluateDone.$Shape} EvaluateDone
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.EvaluateDone & ovis.trainer.v1.EvaluateDone.$Shape;

                /**
                 * Creates an EvaluateDone message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns EvaluateDone
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.EvaluateDone;

                /**
                 * Creates a plain object from an EvaluateDone message. Also converts values to other types if specified.
                 * @param message EvaluateDone
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.EvaluateDone, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this EvaluateDone to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace EvaluateDone {

                /** Properties of an EvaluateDone. */
                interface $Properties {

                    /** EvaluateDone predictionsUrl */
                    predictionsUrl?: (string|null);

                    /** EvaluateDone questions */
                    questions?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an EvaluateDone. */
                type $Shape = ovis.trainer.v1.EvaluateDone.$Properties;
            }

            /**
             * Properties of a GetStatusRequest.
             * @deprecated Use ovis.trainer.v1.GetStatusRequest.$Properties instead.
             */
            interface IGetStatusRequest extends ovis.trainer.v1.GetStatusRequest.$Properties {
            }

            /** Represents a GetStatusRequest. */
            class GetStatusRequest {

                /**
                 * Constructs a new GetStatusRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.GetStatusRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new GetStatusRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns GetStatusRequest instance
                 */
                static create(properties: ovis.trainer.v1.GetStatusRequest.$Shape): ovis.trainer.v1.GetStatusRequest & ovis.trainer.v1.GetStatusRequest.$Shape;
                static create(properties?: ovis.trainer.v1.GetStatusRequest.$Properties): ovis.trainer.v1.GetStatusRequest;

                /**
                 * Encodes the specified GetStatusRequest message. Does not implicitly {@link ovis.trainer.v1.GetStatusRequest.verify|verify} messages.
                 * @param message GetStatusRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.GetStatusRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a GetStatusRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.GetStatusRequest & ovis.trainer.v1.GetStatusRequest.$Shape} GetStatusRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.GetStatusRequest & ovis.trainer.v1.GetStatusRequest.$Shape;

                /**
                 * Creates a GetStatusRequest message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns GetStatusRequest
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.GetStatusRequest;

                /**
                 * Creates a plain object from a GetStatusRequest message. Also converts values to other types if specified.
                 * @param message GetStatusRequest
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.GetStatusRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this GetStatusRequest to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace GetStatusRequest {

                /** Properties of a GetStatusRequest. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a GetStatusRequest. */
                type $Shape = ovis.trainer.v1.GetStatusRequest.$Properties;
            }

            /**
             * Properties of a GetStatusResponse.
             * @deprecated Use ovis.trainer.v1.GetStatusResponse.$Properties instead.
             */
            interface IGetStatusResponse extends ovis.trainer.v1.GetStatusResponse.$Properties {
            }

            /** Represents a GetStatusResponse. */
            class GetStatusResponse {

                /**
                 * Constructs a new GetStatusResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.GetStatusResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** GetStatusResponse trainerId. */
                trainerId: string;

                /** GetStatusResponse state. */
                state: ovis.trainer.v1.TrainerState;

                /** GetStatusResponse runId. */
                runId: string;

                /** GetStatusResponse gangId. */
                gangId: string;

                /** GetStatusResponse stage. */
                stage: number;

                /** GetStatusResponse step. */
                step: number;

                /** GetStatusResponse stepsTotal. */
                stepsTotal: number;

                /** GetStatusResponse phase. */
                phase: ovis.trainer.v1.StagePhase;

                /** GetStatusResponse rank. */
                rank: number;

                /** The collective group it is a member of; absent when idle. */
                group?: (ovis.collective.v1.Group.$Properties|null);

                /**
                 * Creates a new GetStatusResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns GetStatusResponse instance
                 */
                static create(properties: ovis.trainer.v1.GetStatusResponse.$Shape): ovis.trainer.v1.GetStatusResponse & ovis.trainer.v1.GetStatusResponse.$Shape;
                static create(properties?: ovis.trainer.v1.GetStatusResponse.$Properties): ovis.trainer.v1.GetStatusResponse;

                /**
                 * Encodes the specified GetStatusResponse message. Does not implicitly {@link ovis.trainer.v1.GetStatusResponse.verify|verify} messages.
                 * @param message GetStatusResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.GetStatusResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a GetStatusResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.GetStatusResponse & ovis.trainer.v1.GetStatusResponse.$Shape} GetStatusResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.GetStatusResponse & ovis.trainer.v1.GetStatusResponse.$Shape;

                /**
                 * Creates a GetStatusResponse message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns GetStatusResponse
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.GetStatusResponse;

                /**
                 * Creates a plain object from a GetStatusResponse message. Also converts values to other types if specified.
                 * @param message GetStatusResponse
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.GetStatusResponse, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this GetStatusResponse to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace GetStatusResponse {

                /** Properties of a GetStatusResponse. */
                interface $Properties {

                    /** GetStatusResponse trainerId */
                    trainerId?: (string|null);

                    /** GetStatusResponse state */
                    state?: (ovis.trainer.v1.TrainerState|null);

                    /** GetStatusResponse runId */
                    runId?: (string|null);

                    /** GetStatusResponse gangId */
                    gangId?: (string|null);

                    /** GetStatusResponse stage */
                    stage?: (number|null);

                    /** GetStatusResponse step */
                    step?: (number|null);

                    /** GetStatusResponse stepsTotal */
                    stepsTotal?: (number|null);

                    /** GetStatusResponse phase */
                    phase?: (ovis.trainer.v1.StagePhase|null);

                    /** GetStatusResponse rank */
                    rank?: (number|null);

                    /** The collective group it is a member of; absent when idle. */
                    group?: (ovis.collective.v1.Group.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a GetStatusResponse. */
                type $Shape = ovis.trainer.v1.GetStatusResponse.$Properties;
            }

            /**
             * Properties of a DiagnoseRequest.
             * @deprecated Use ovis.trainer.v1.DiagnoseRequest.$Properties instead.
             */
            interface IDiagnoseRequest extends ovis.trainer.v1.DiagnoseRequest.$Properties {
            }

            /** Represents a DiagnoseRequest. */
            class DiagnoseRequest {

                /**
                 * Constructs a new DiagnoseRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.DiagnoseRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new DiagnoseRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns DiagnoseRequest instance
                 */
                static create(properties: ovis.trainer.v1.DiagnoseRequest.$Shape): ovis.trainer.v1.DiagnoseRequest & ovis.trainer.v1.DiagnoseRequest.$Shape;
                static create(properties?: ovis.trainer.v1.DiagnoseRequest.$Properties): ovis.trainer.v1.DiagnoseRequest;

                /**
                 * Encodes the specified DiagnoseRequest message. Does not implicitly {@link ovis.trainer.v1.DiagnoseRequest.verify|verify} messages.
                 * @param message DiagnoseRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.DiagnoseRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a DiagnoseRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.DiagnoseRequest & ovis.trainer.v1.DiagnoseRequest.$Shape} DiagnoseRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.DiagnoseRequest & ovis.trainer.v1.DiagnoseRequest.$Shape;

                /**
                 * Creates a DiagnoseRequest message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns DiagnoseRequest
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.DiagnoseRequest;

                /**
                 * Creates a plain object from a DiagnoseRequest message. Also converts values to other types if specified.
                 * @param message DiagnoseRequest
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.DiagnoseRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this DiagnoseRequest to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace DiagnoseRequest {

                /** Properties of a DiagnoseRequest. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a DiagnoseRequest. */
                type $Shape = ovis.trainer.v1.DiagnoseRequest.$Properties;
            }

            /**
             * Properties of a DiagnoseResponse.
             * @deprecated Use ovis.trainer.v1.DiagnoseResponse.$Properties instead.
             */
            interface IDiagnoseResponse extends ovis.trainer.v1.DiagnoseResponse.$Properties {
            }

            /** Represents a DiagnoseResponse. */
            class DiagnoseResponse {

                /**
                 * Constructs a new DiagnoseResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: ovis.trainer.v1.DiagnoseResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** DiagnoseResponse runId. */
                runId: string;

                /** DiagnoseResponse gangId. */
                gangId: string;

                /** DiagnoseResponse generation. */
                generation: number;

                /** DiagnoseResponse rank. */
                rank: number;

                /** DiagnoseResponse stage. */
                stage: number;

                /** DiagnoseResponse step. */
                step: number;

                /** DiagnoseResponse phase. */
                phase: ovis.trainer.v1.StagePhase;

                /** Since the last event of the stage. */
                silentMs: number;

                /** Longest time that the main thread did not answer since the process began or the last diagnosis, and where it was then. */
                blockedMs: number;

                /** DiagnoseResponse blockedStack. */
                blockedStack: string;

                /** The last collectives of the group, oldest first, as JSON (CollectiveReport of @ovis/allreduce). */
                collectivesJson: string;

                /** Resources that keep the event loop busy, for instance "TCPSocketWrap". */
                activeResources: string[];

                /** DiagnoseResponse rssBytes. */
                rssBytes: number;

                /**
                 * Creates a new DiagnoseResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns DiagnoseResponse instance
                 */
                static create(properties: ovis.trainer.v1.DiagnoseResponse.$Shape): ovis.trainer.v1.DiagnoseResponse & ovis.trainer.v1.DiagnoseResponse.$Shape;
                static create(properties?: ovis.trainer.v1.DiagnoseResponse.$Properties): ovis.trainer.v1.DiagnoseResponse;

                /**
                 * Encodes the specified DiagnoseResponse message. Does not implicitly {@link ovis.trainer.v1.DiagnoseResponse.verify|verify} messages.
                 * @param message DiagnoseResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: ovis.trainer.v1.DiagnoseResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a DiagnoseResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {ovis.trainer.v1.DiagnoseResponse & ovis.trainer.v1.DiagnoseResponse.$Shape} DiagnoseResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ovis.trainer.v1.DiagnoseResponse & ovis.trainer.v1.DiagnoseResponse.$Shape;

                /**
                 * Creates a DiagnoseResponse message from a plain object. Also converts values to their respective internal types.
                 * @param object Plain object
                 * @returns DiagnoseResponse
                 */
                static fromObject(object: { [k: string]: any }): ovis.trainer.v1.DiagnoseResponse;

                /**
                 * Creates a plain object from a DiagnoseResponse message. Also converts values to other types if specified.
                 * @param message DiagnoseResponse
                 * @param [options] Conversion options
                 * @returns Plain object
                 */
                static toObject(message: ovis.trainer.v1.DiagnoseResponse, options?: $protobuf.IConversionOptions): { [k: string]: any };

                /**
                 * Converts this DiagnoseResponse to JSON.
                 * @returns JSON object
                 */
                toJSON(): { [k: string]: any };
            }

            namespace DiagnoseResponse {

                /** Properties of a DiagnoseResponse. */
                interface $Properties {

                    /** DiagnoseResponse runId */
                    runId?: (string|null);

                    /** DiagnoseResponse gangId */
                    gangId?: (string|null);

                    /** DiagnoseResponse generation */
                    generation?: (number|null);

                    /** DiagnoseResponse rank */
                    rank?: (number|null);

                    /** DiagnoseResponse stage */
                    stage?: (number|null);

                    /** DiagnoseResponse step */
                    step?: (number|null);

                    /** DiagnoseResponse phase */
                    phase?: (ovis.trainer.v1.StagePhase|null);

                    /** Since the last event of the stage. */
                    silentMs?: (number|null);

                    /** Longest time that the main thread did not answer since the process began or the last diagnosis, and where it was then. */
                    blockedMs?: (number|null);

                    /** DiagnoseResponse blockedStack */
                    blockedStack?: (string|null);

                    /** The last collectives of the group, oldest first, as JSON (CollectiveReport of @ovis/allreduce). */
                    collectivesJson?: (string|null);

                    /** Resources that keep the event loop busy, for instance "TCPSocketWrap". */
                    activeResources?: (string[]|null);

                    /** DiagnoseResponse rssBytes */
                    rssBytes?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a DiagnoseResponse. */
                type $Shape = ovis.trainer.v1.DiagnoseResponse.$Properties;
            }
        }
    }
}
