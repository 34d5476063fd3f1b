/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError, $TypeError = $util.global.TypeError, $String = $util.global.String, $Array = $util.global.Array, $Number = $util.global.Number, $isFinite = $util.global.isFinite, $Boolean = $util.global.Boolean;

const $root = $protobuf.roots["ovis"] || ($protobuf.roots["ovis"] = {});

export const ovis = $root.ovis = (() => {

    const ovis = {};

    ovis.collective = (function() {

        const collective = {};

        collective.v1 = (function() {

            const v1 = {};

            v1.GroupService = (function() {

                const GroupService = function(rpcImpl, requestDelimited, responseDelimited) {
                    $protobuf.rpc.Service.call(this, rpcImpl, requestDelimited, responseDelimited);
                };

                $Object.defineProperty(GroupService.prototype = $Object.create($protobuf.rpc.Service.prototype), "constructor", { value: GroupService, writable: true, enumerable: false, configurable: true });

                GroupService.create = function(rpcImpl, requestDelimited, responseDelimited) {
                    return new this(rpcImpl, requestDelimited, responseDelimited);
                };



                $Object.defineProperties(GroupService.prototype.join = function(request, callback) {
                    return $protobuf.rpc.Service.prototype.rpcCall.call(this, GroupService.prototype.join, $root.ovis.collective.v1.MemberRequest, $root.ovis.collective.v1.GroupEvent, request, callback);
                }, {
                    name: { value: "Join" },
                    path: { value: "/ovis.collective.v1.GroupService/Join" },
                    requestType: { value: "MemberRequest" },
                    responseType: { value: "GroupEvent" },
                    requestStream: { value: true },
                    responseStream: { value: true }
                });



                $Object.defineProperties(GroupService.prototype.getGroup = function(request, callback) {
                    return $protobuf.rpc.Service.prototype.rpcCall.call(this, GroupService.prototype.getGroup, $root.ovis.collective.v1.GetGroupRequest, $root.ovis.collective.v1.Group, request, callback);
                }, {
                    name: { value: "GetGroup" },
                    path: { value: "/ovis.collective.v1.GroupService/GetGroup" },
                    requestType: { value: "GetGroupRequest" },
                    responseType: { value: "Group" },
                    requestStream: { value: $undefined },
                    responseStream: { value: $undefined }
                });

                return GroupService;
            })();

            v1.CollectiveService = (function() {

                const CollectiveService = function(rpcImpl, requestDelimited, responseDelimited) {
                    $protobuf.rpc.Service.call(this, rpcImpl, requestDelimited, responseDelimited);
                };

                $Object.defineProperty(CollectiveService.prototype = $Object.create($protobuf.rpc.Service.prototype), "constructor", { value: CollectiveService, writable: true, enumerable: false, configurable: true });

                CollectiveService.create = function(rpcImpl, requestDelimited, responseDelimited) {
                    return new this(rpcImpl, requestDelimited, responseDelimited);
                };



                $Object.defineProperties(CollectiveService.prototype.connect = function(request, callback) {
                    return $protobuf.rpc.Service.prototype.rpcCall.call(this, CollectiveService.prototype.connect, $root.ovis.collective.v1.Chunk, $root.ovis.collective.v1.Chunk, request, callback);
                }, {
                    name: { value: "Connect" },
                    path: { value: "/ovis.collective.v1.CollectiveService/Connect" },
                    requestType: { value: "Chunk" },
                    responseType: { value: "Chunk" },
                    requestStream: { value: true },
                    responseStream: { value: true }
                });

                return CollectiveService;
            })();

            v1.Chunk = (function() {

                const Chunk = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Chunk.prototype.data = $util.newBuffer([]);

                Chunk.create = function(properties) {
                    return new Chunk(properties);
                };

                Chunk.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.data != null && $Object.hasOwnProperty.call(message, "data") && message.data.length)
                        writer.uint32(10).bytes(message.data);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Chunk.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.collective.v1.Chunk();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.bytes()).length)
                                    message.data = value;
                                else
                                    delete message.data;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                Chunk.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.collective.v1.Chunk)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.collective.v1.Chunk: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.collective.v1.Chunk();
                    if (object.data != null)
                        if (object.data.length)
                            if (typeof object.data === "string")
                                $util.base64.decode(object.data, message.data = $util.newBuffer($util.base64.length(object.data)), 0);
                            else if (object.data.length >= 0)
                                message.data = object.data;
                    return message;
                };

                Chunk.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults)
                        if (options.bytes === $String)
                            object.data = "";
                        else {
                            object.data = [];
                            if (options.bytes !== $Array)
                                object.data = $util.newBuffer(object.data);
                        }
                    if (message.data != null && $Object.hasOwnProperty.call(message, "data"))
                        object.data = options.bytes === $String ? $util.base64.encode(message.data, 0, message.data.length) : options.bytes === $Array ? $Array.prototype.slice.call(message.data) : message.data;
                    return object;
                };

                Chunk.prototype.toJSON = function() {
                    return Chunk.toObject(this, $protobuf.util.toJSONOptions);
                };

                return Chunk;
            })();

            v1.GroupMember = (function() {

                const GroupMember = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                GroupMember.prototype.rank = 0;
                GroupMember.prototype.memberId = "";
                GroupMember.prototype.address = "";

                GroupMember.create = function(properties) {
                    return new GroupMember(properties);
                };

                GroupMember.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.rank != null && $Object.hasOwnProperty.call(message, "rank") && message.rank !== 0)
                        writer.uint32(8).uint32(message.rank);
                    if (message.memberId != null && $Object.hasOwnProperty.call(message, "memberId") && message.memberId !== "")
                        writer.uint32(18).string(message.memberId);
                    if (message.address != null && $Object.hasOwnProperty.call(message, "address") && message.address !== "")
                        writer.uint32(26).string(message.address);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                GroupMember.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.collective.v1.GroupMember();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.rank = value;
                                else
                                    delete message.rank;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.memberId = value;
                                else
                                    delete message.memberId;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.address = value;
                                else
                                    delete message.address;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                GroupMember.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.collective.v1.GroupMember)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.collective.v1.GroupMember: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.collective.v1.GroupMember();
                    if (object.rank != null)
                        if ($Number(object.rank) !== 0)
                            message.rank = object.rank >>> 0;
                    if (object.memberId != null)
                        if (typeof object.memberId !== "string" || object.memberId.length)
                            message.memberId = $String(object.memberId);
                    if (object.address != null)
                        if (typeof object.address !== "string" || object.address.length)
                            message.address = $String(object.address);
                    return message;
                };

                GroupMember.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.rank = 0;
                        object.memberId = "";
                        object.address = "";
                    }
                    if (message.rank != null && $Object.hasOwnProperty.call(message, "rank"))
                        object.rank = message.rank;
                    if (message.memberId != null && $Object.hasOwnProperty.call(message, "memberId"))
                        object.memberId = message.memberId;
                    if (message.address != null && $Object.hasOwnProperty.call(message, "address"))
                        object.address = message.address;
                    return object;
                };

                GroupMember.prototype.toJSON = function() {
                    return GroupMember.toObject(this, $protobuf.util.toJSONOptions);
                };

                return GroupMember;
            })();

            v1.Group = (function() {

                const Group = function (properties) {
                    this.members = [];
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Group.prototype.groupId = "";
                Group.prototype.generation = 0;
                Group.prototype.members = $util.emptyArray;
                Group.prototype.reason = "";

                Group.create = function(properties) {
                    return new Group(properties);
                };

                Group.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.groupId != null && $Object.hasOwnProperty.call(message, "groupId") && message.groupId !== "")
                        writer.uint32(10).string(message.groupId);
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation") && message.generation !== 0)
                        writer.uint32(16).uint32(message.generation);
                    if (message.members != null && message.members.length)
                        for (let i = 0; i < message.members.length; ++i)
                            $root.ovis.collective.v1.GroupMember.encode(message.members[i], writer.uint32(26).fork(), _depth + 1).ldelim();
                    if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                        writer.uint32(34).string(message.reason);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Group.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.collective.v1.Group();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.groupId = value;
                                else
                                    delete message.groupId;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.generation = value;
                                else
                                    delete message.generation;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                if (!(message.members && message.members.length))
                                    message.members = [];
                                message.members.push($root.ovis.collective.v1.GroupMember.decode(reader, reader.size(), $undefined, _depth + 1));
                                continue;
                            }
                        case 4: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.reason = value;
                                else
                                    delete message.reason;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                Group.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.collective.v1.Group)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.collective.v1.Group: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.collective.v1.Group();
                    if (object.groupId != null)
                        if (typeof object.groupId !== "string" || object.groupId.length)
                            message.groupId = $String(object.groupId);
                    if (object.generation != null)
                        if ($Number(object.generation) !== 0)
                            message.generation = object.generation >>> 0;
                    if (object.members) {
                        if (!$Array.isArray(object.members))
                            throw $TypeError(".ovis.collective.v1.Group.members: array expected");
                        message.members = $Array(object.members.length);
                        for (let i = 0; i < object.members.length; ++i) {
                            if (!$util.isObject(object.members[i]))
                                throw $TypeError(".ovis.collective.v1.Group.members: object expected");
                            message.members[i] = $root.ovis.collective.v1.GroupMember.fromObject(object.members[i], _depth + 1);
                        }
                    }
                    if (object.reason != null)
                        if (typeof object.reason !== "string" || object.reason.length)
                            message.reason = $String(object.reason);
                    return message;
                };

                Group.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.arrays || options.defaults)
                        object.members = [];
                    if (options.defaults) {
                        object.groupId = "";
                        object.generation = 0;
                        object.reason = "";
                    }
                    if (message.groupId != null && $Object.hasOwnProperty.call(message, "groupId"))
                        object.groupId = message.groupId;
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation"))
                        object.generation = message.generation;
                    if (message.members && message.members.length) {
                        object.members = $Array(message.members.length);
                        for (let j = 0; j < message.members.length; ++j)
                            object.members[j] = $root.ovis.collective.v1.GroupMember.toObject(message.members[j], options, _depth + 1);
                    }
                    if (message.reason != null && $Object.hasOwnProperty.call(message, "reason"))
                        object.reason = message.reason;
                    return object;
                };

                Group.prototype.toJSON = function() {
                    return Group.toObject(this, $protobuf.util.toJSONOptions);
                };

                return Group;
            })();

            v1.MemberRequest = (function() {

                const MemberRequest = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                MemberRequest.prototype.join = null;
                MemberRequest.prototype.reform = null;
                MemberRequest.prototype.leave = null;

                let $oneOfFields;

                $Object.defineProperty(MemberRequest.prototype, "request", {
                    get: $util.oneOfGetter($oneOfFields = ["join", "reform", "leave"]),
                    set: $util.oneOfSetter($oneOfFields)
                });

                MemberRequest.create = function(properties) {
                    return new MemberRequest(properties);
                };

                MemberRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.join != null && $Object.hasOwnProperty.call(message, "join"))
                        $root.ovis.collective.v1.JoinRequest.encode(message.join, writer.uint32(10).fork(), _depth + 1).ldelim();
                    if (message.reform != null && $Object.hasOwnProperty.call(message, "reform"))
                        $root.ovis.collective.v1.ReformRequest.encode(message.reform, writer.uint32(18).fork(), _depth + 1).ldelim();
                    if (message.leave != null && $Object.hasOwnProperty.call(message, "leave"))
                        $root.ovis.collective.v1.LeaveRequest.encode(message.leave, writer.uint32(26).fork(), _depth + 1).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                MemberRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.collective.v1.MemberRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                message.join = $root.ovis.collective.v1.JoinRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.join);
                                message.request = "join";
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                message.reform = $root.ovis.collective.v1.ReformRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.reform);
                                message.request = "reform";
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                message.leave = $root.ovis.collective.v1.LeaveRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.leave);
                                message.request = "leave";
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                MemberRequest.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.collective.v1.MemberRequest)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.collective.v1.MemberRequest: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.collective.v1.MemberRequest();
                    if (object.join != null) {
                        if (!$util.isObject(object.join))
                            throw $TypeError(".ovis.collective.v1.MemberRequest.join: object expected");
                        message.join = $root.ovis.collective.v1.JoinRequest.fromObject(object.join, _depth + 1);
                    }
                    if (object.reform != null) {
                        if (!$util.isObject(object.reform))
                            throw $TypeError(".ovis.collective.v1.MemberRequest.reform: object expected");
                        message.reform = $root.ovis.collective.v1.ReformRequest.fromObject(object.reform, _depth + 1);
                    }
                    if (object.leave != null) {
                        if (!$util.isObject(object.leave))
                            throw $TypeError(".ovis.collective.v1.MemberRequest.leave: object expected");
                        message.leave = $root.ovis.collective.v1.LeaveRequest.fromObject(object.leave, _depth + 1);
                    }
                    return message;
                };

                MemberRequest.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (message.join != null && $Object.hasOwnProperty.call(message, "join")) {
                        object.join = $root.ovis.collective.v1.JoinRequest.toObject(message.join, options, _depth + 1);
                        if (options.oneofs)
                            object.request = "join";
                    }
                    if (message.reform != null && $Object.hasOwnProperty.call(message, "reform")) {
                        object.reform = $root.ovis.collective.v1.ReformRequest.toObject(message.reform, options, _depth + 1);
                        if (options.oneofs)
                            object.request = "reform";
                    }
                    if (message.leave != null && $Object.hasOwnProperty.call(message, "leave")) {
                        object.leave = $root.ovis.collective.v1.LeaveRequest.toObject(message.leave, options, _depth + 1);
                        if (options.oneofs)
                            object.request = "leave";
                    }
                    return object;
                };

                MemberRequest.prototype.toJSON = function() {
                    return MemberRequest.toObject(this, $protobuf.util.toJSONOptions);
                };

                return MemberRequest;
            })();

            v1.JoinRequest = (function() {

                const JoinRequest = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                JoinRequest.prototype.groupId = "";
                JoinRequest.prototype.memberId = "";
                JoinRequest.prototype.address = "";
                JoinRequest.prototype.minWorld = 0;
                JoinRequest.prototype.maxWorld = 0;
                JoinRequest.prototype.generation = 0;

                JoinRequest.create = function(properties) {
                    return new JoinRequest(properties);
                };

                JoinRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.groupId != null && $Object.hasOwnProperty.call(message, "groupId") && message.groupId !== "")
                        writer.uint32(10).string(message.groupId);
                    if (message.memberId != null && $Object.hasOwnProperty.call(message, "memberId") && message.memberId !== "")
                        writer.uint32(18).string(message.memberId);
                    if (message.address != null && $Object.hasOwnProperty.call(message, "address") && message.address !== "")
                        writer.uint32(26).string(message.address);
                    if (message.minWorld != null && $Object.hasOwnProperty.call(message, "minWorld") && message.minWorld !== 0)
                        writer.uint32(32).uint32(message.minWorld);
                    if (message.maxWorld != null && $Object.hasOwnProperty.call(message, "maxWorld") && message.maxWorld !== 0)
                        writer.uint32(40).uint32(message.maxWorld);
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation") && message.generation !== 0)
                        writer.uint32(48).uint32(message.generation);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                JoinRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.collective.v1.JoinRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.groupId = value;
                                else
                                    delete message.groupId;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.memberId = value;
                                else
                                    delete message.memberId;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.address = value;
                                else
                                    delete message.address;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.minWorld = value;
                                else
                                    delete message.minWorld;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.maxWorld = value;
                                else
                                    delete message.maxWorld;
                                continue;
                            }
                        case 6: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.generation = value;
                                else
                                    delete message.generation;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                JoinRequest.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.collective.v1.JoinRequest)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.collective.v1.JoinRequest: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.collective.v1.JoinRequest();
                    if (object.groupId != null)
                        if (typeof object.groupId !== "string" || object.groupId.length)
                            message.groupId = $String(object.groupId);
                    if (object.memberId != null)
                        if (typeof object.memberId !== "string" || object.memberId.length)
                            message.memberId = $String(object.memberId);
                    if (object.address != null)
                        if (typeof object.address !== "string" || object.address.length)
                            message.address = $String(object.address);
                    if (object.minWorld != null)
                        if ($Number(object.minWorld) !== 0)
                            message.minWorld = object.minWorld >>> 0;
                    if (object.maxWorld != null)
                        if ($Number(object.maxWorld) !== 0)
                            message.maxWorld = object.maxWorld >>> 0;
                    if (object.generation != null)
                        if ($Number(object.generation) !== 0)
                            message.generation = object.generation >>> 0;
                    return message;
                };

                JoinRequest.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.groupId = "";
                        object.memberId = "";
                        object.address = "";
                        object.minWorld = 0;
                        object.maxWorld = 0;
                        object.generation = 0;
                    }
                    if (message.groupId != null && $Object.hasOwnProperty.call(message, "groupId"))
                        object.groupId = message.groupId;
                    if (message.memberId != null && $Object.hasOwnProperty.call(message, "memberId"))
                        object.memberId = message.memberId;
                    if (message.address != null && $Object.hasOwnProperty.call(message, "address"))
                        object.address = message.address;
                    if (message.minWorld != null && $Object.hasOwnProperty.call(message, "minWorld"))
                        object.minWorld = message.minWorld;
                    if (message.maxWorld != null && $Object.hasOwnProperty.call(message, "maxWorld"))
                        object.maxWorld = message.maxWorld;
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation"))
                        object.generation = message.generation;
                    return object;
                };

                JoinRequest.prototype.toJSON = function() {
                    return JoinRequest.toObject(this, $protobuf.util.toJSONOptions);
                };

                return JoinRequest;
            })();

            v1.ReformRequest = (function() {

                const ReformRequest = function (properties) {
                    this.lost = [];
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                ReformRequest.prototype.generation = 0;
                ReformRequest.prototype.lost = $util.emptyArray;
                ReformRequest.prototype.reason = "";

                ReformRequest.create = function(properties) {
                    return new ReformRequest(properties);
                };

                ReformRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation") && message.generation !== 0)
                        writer.uint32(8).uint32(message.generation);
                    if (message.lost != null && message.lost.length)
                        for (let i = 0; i < message.lost.length; ++i)
                            writer.uint32(18).string(message.lost[i]);
                    if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                        writer.uint32(26).string(message.reason);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                ReformRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.collective.v1.ReformRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.generation = value;
                                else
                                    delete message.generation;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if (!(message.lost && message.lost.length))
                                    message.lost = [];
                                message.lost.push(reader.stringVerify());
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.reason = value;
                                else
                                    delete message.reason;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                ReformRequest.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.collective.v1.ReformRequest)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.collective.v1.ReformRequest: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.collective.v1.ReformRequest();
                    if (object.generation != null)
                        if ($Number(object.generation) !== 0)
                            message.generation = object.generation >>> 0;
                    if (object.lost) {
                        if (!$Array.isArray(object.lost))
                            throw $TypeError(".ovis.collective.v1.ReformRequest.lost: array expected");
                        message.lost = $Array(object.lost.length);
                        for (let i = 0; i < object.lost.length; ++i)
                            message.lost[i] = $String(object.lost[i]);
                    }
                    if (object.reason != null)
                        if (typeof object.reason !== "string" || object.reason.length)
                            message.reason = $String(object.reason);
                    return message;
                };

                ReformRequest.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.arrays || options.defaults)
                        object.lost = [];
                    if (options.defaults) {
                        object.generation = 0;
                        object.reason = "";
                    }
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation"))
                        object.generation = message.generation;
                    if (message.lost && message.lost.length) {
                        object.lost = $Array(message.lost.length);
                        for (let j = 0; j < message.lost.length; ++j)
                            object.lost[j] = message.lost[j];
                    }
                    if (message.reason != null && $Object.hasOwnProperty.call(message, "reason"))
                        object.reason = message.reason;
                    return object;
                };

                ReformRequest.prototype.toJSON = function() {
                    return ReformRequest.toObject(this, $protobuf.util.toJSONOptions);
                };

                return ReformRequest;
            })();

            v1.LeaveRequest = (function() {

                const LeaveRequest = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                LeaveRequest.create = function(properties) {
                    return new LeaveRequest(properties);
                };

                LeaveRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                LeaveRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.collective.v1.LeaveRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        reader.skipType(tag & 7, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                LeaveRequest.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.collective.v1.LeaveRequest)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.collective.v1.LeaveRequest: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    return new $root.ovis.collective.v1.LeaveRequest();
                };

                LeaveRequest.toObject = function () {
                    return {};
                };

                LeaveRequest.prototype.toJSON = function() {
                    return LeaveRequest.toObject(this, $protobuf.util.toJSONOptions);
                };

                return LeaveRequest;
            })();

            v1.GroupEvent = (function() {

                const GroupEvent = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                GroupEvent.prototype.formed = null;
                GroupEvent.prototype.waiting = null;
                GroupEvent.prototype.wanted = null;
                GroupEvent.prototype.refused = null;

                let $oneOfFields;

                $Object.defineProperty(GroupEvent.prototype, "event", {
                    get: $util.oneOfGetter($oneOfFields = ["formed", "waiting", "wanted", "refused"]),
                    set: $util.oneOfSetter($oneOfFields)
                });

                GroupEvent.create = function(properties) {
                    return new GroupEvent(properties);
                };

                GroupEvent.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.formed != null && $Object.hasOwnProperty.call(message, "formed"))
                        $root.ovis.collective.v1.Group.encode(message.formed, writer.uint32(10).fork(), _depth + 1).ldelim();
                    if (message.waiting != null && $Object.hasOwnProperty.call(message, "waiting"))
                        $root.ovis.collective.v1.Waiting.encode(message.waiting, writer.uint32(18).fork(), _depth + 1).ldelim();
                    if (message.wanted != null && $Object.hasOwnProperty.call(message, "wanted"))
                        $root.ovis.collective.v1.Wanted.encode(message.wanted, writer.uint32(26).fork(), _depth + 1).ldelim();
                    if (message.refused != null && $Object.hasOwnProperty.call(message, "refused"))
                        $root.ovis.collective.v1.Refused.encode(message.refused, writer.uint32(34).fork(), _depth + 1).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                GroupEvent.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.collective.v1.GroupEvent();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                message.formed = $root.ovis.collective.v1.Group.decode(reader, reader.size(), $undefined, _depth + 1, message.formed);
                                message.event = "formed";
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                message.waiting = $root.ovis.collective.v1.Waiting.decode(reader, reader.size(), $undefined, _depth + 1, message.waiting);
                                message.event = "waiting";
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                message.wanted = $root.ovis.collective.v1.Wanted.decode(reader, reader.size(), $undefined, _depth + 1, message.wanted);
                                message.event = "wanted";
                                continue;
                            }
                        case 4: {
                                if (wireType !== 2)
                                    break;
                                message.refused = $root.ovis.collective.v1.Refused.decode(reader, reader.size(), $undefined, _depth + 1, message.refused);
                                message.event = "refused";
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                GroupEvent.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.collective.v1.GroupEvent)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.collective.v1.GroupEvent: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.collective.v1.GroupEvent();
                    if (object.formed != null) {
                        if (!$util.isObject(object.formed))
                            throw $TypeError(".ovis.collective.v1.GroupEvent.formed: object expected");
                        message.formed = $root.ovis.collective.v1.Group.fromObject(object.formed, _depth + 1);
                    }
                    if (object.waiting != null) {
                        if (!$util.isObject(object.waiting))
                            throw $TypeError(".ovis.collective.v1.GroupEvent.waiting: object expected");
                        message.waiting = $root.ovis.collective.v1.Waiting.fromObject(object.waiting, _depth + 1);
                    }
                    if (object.wanted != null) {
                        if (!$util.isObject(object.wanted))
                            throw $TypeError(".ovis.collective.v1.GroupEvent.wanted: object expected");
                        message.wanted = $root.ovis.collective.v1.Wanted.fromObject(object.wanted, _depth + 1);
                    }
                    if (object.refused != null) {
                        if (!$util.isObject(object.refused))
                            throw $TypeError(".ovis.collective.v1.GroupEvent.refused: object expected");
                        message.refused = $root.ovis.collective.v1.Refused.fromObject(object.refused, _depth + 1);
                    }
                    return message;
                };

                GroupEvent.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (message.formed != null && $Object.hasOwnProperty.call(message, "formed")) {
                        object.formed = $root.ovis.collective.v1.Group.toObject(message.formed, options, _depth + 1);
                        if (options.oneofs)
                            object.event = "formed";
                    }
                    if (message.waiting != null && $Object.hasOwnProperty.call(message, "waiting")) {
                        object.waiting = $root.ovis.collective.v1.Waiting.toObject(message.waiting, options, _depth + 1);
                        if (options.oneofs)
                            object.event = "waiting";
                    }
                    if (message.wanted != null && $Object.hasOwnProperty.call(message, "wanted")) {
                        object.wanted = $root.ovis.collective.v1.Wanted.toObject(message.wanted, options, _depth + 1);
                        if (options.oneofs)
                            object.event = "wanted";
                    }
                    if (message.refused != null && $Object.hasOwnProperty.call(message, "refused")) {
                        object.refused = $root.ovis.collective.v1.Refused.toObject(message.refused, options, _depth + 1);
                        if (options.oneofs)
                            object.event = "refused";
                    }
                    return object;
                };

                GroupEvent.prototype.toJSON = function() {
                    return GroupEvent.toObject(this, $protobuf.util.toJSONOptions);
                };

                return GroupEvent;
            })();

            v1.Waiting = (function() {

                const Waiting = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Waiting.prototype.present = 0;
                Waiting.prototype.needed = 0;

                Waiting.create = function(properties) {
                    return new Waiting(properties);
                };

                Waiting.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.present != null && $Object.hasOwnProperty.call(message, "present") && message.present !== 0)
                        writer.uint32(8).uint32(message.present);
                    if (message.needed != null && $Object.hasOwnProperty.call(message, "needed") && message.needed !== 0)
                        writer.uint32(16).uint32(message.needed);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Waiting.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.collective.v1.Waiting();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.present = value;
                                else
                                    delete message.present;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.needed = value;
                                else
                                    delete message.needed;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                Waiting.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.collective.v1.Waiting)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.collective.v1.Waiting: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.collective.v1.Waiting();
                    if (object.present != null)
                        if ($Number(object.present) !== 0)
                            message.present = object.present >>> 0;
                    if (object.needed != null)
                        if ($Number(object.needed) !== 0)
                            message.needed = object.needed >>> 0;
                    return message;
                };

                Waiting.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.present = 0;
                        object.needed = 0;
                    }
                    if (message.present != null && $Object.hasOwnProperty.call(message, "present"))
                        object.present = message.present;
                    if (message.needed != null && $Object.hasOwnProperty.call(message, "needed"))
                        object.needed = message.needed;
                    return object;
                };

                Waiting.prototype.toJSON = function() {
                    return Waiting.toObject(this, $protobuf.util.toJSONOptions);
                };

                return Waiting;
            })();

            v1.Wanted = (function() {

                const Wanted = function (properties) {
                    this.memberIds = [];
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Wanted.prototype.memberIds = $util.emptyArray;

                Wanted.create = function(properties) {
                    return new Wanted(properties);
                };

                Wanted.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.memberIds != null && message.memberIds.length)
                        for (let i = 0; i < message.memberIds.length; ++i)
                            writer.uint32(10).string(message.memberIds[i]);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Wanted.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.collective.v1.Wanted();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if (!(message.memberIds && message.memberIds.length))
                                    message.memberIds = [];
                                message.memberIds.push(reader.stringVerify());
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                Wanted.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.collective.v1.Wanted)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.collective.v1.Wanted: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.collective.v1.Wanted();
                    if (object.memberIds) {
                        if (!$Array.isArray(object.memberIds))
                            throw $TypeError(".ovis.collective.v1.Wanted.memberIds: array expected");
                        message.memberIds = $Array(object.memberIds.length);
                        for (let i = 0; i < object.memberIds.length; ++i)
                            message.memberIds[i] = $String(object.memberIds[i]);
                    }
                    return message;
                };

                Wanted.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.arrays || options.defaults)
                        object.memberIds = [];
                    if (message.memberIds && message.memberIds.length) {
                        object.memberIds = $Array(message.memberIds.length);
                        for (let j = 0; j < message.memberIds.length; ++j)
                            object.memberIds[j] = message.memberIds[j];
                    }
                    return object;
                };

                Wanted.prototype.toJSON = function() {
                    return Wanted.toObject(this, $protobuf.util.toJSONOptions);
                };

                return Wanted;
            })();

            v1.Refused = (function() {

                const Refused = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Refused.prototype.code = "";
                Refused.prototype.message = "";
                Refused.prototype.hint = "";

                Refused.create = function(properties) {
                    return new Refused(properties);
                };

                Refused.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.code != null && $Object.hasOwnProperty.call(message, "code") && message.code !== "")
                        writer.uint32(10).string(message.code);
                    if (message.message != null && $Object.hasOwnProperty.call(message, "message") && message.message !== "")
                        writer.uint32(18).string(message.message);
                    if (message.hint != null && $Object.hasOwnProperty.call(message, "hint") && message.hint !== "")
                        writer.uint32(26).string(message.hint);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Refused.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.collective.v1.Refused();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.code = value;
                                else
                                    delete message.code;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.message = value;
                                else
                                    delete message.message;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.hint = value;
                                else
                                    delete message.hint;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                Refused.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.collective.v1.Refused)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.collective.v1.Refused: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.collective.v1.Refused();
                    if (object.code != null)
                        if (typeof object.code !== "string" || object.code.length)
                            message.code = $String(object.code);
                    if (object.message != null)
                        if (typeof object.message !== "string" || object.message.length)
                            message.message = $String(object.message);
                    if (object.hint != null)
                        if (typeof object.hint !== "string" || object.hint.length)
                            message.hint = $String(object.hint);
                    return message;
                };

                Refused.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.code = "";
                        object.message = "";
                        object.hint = "";
                    }
                    if (message.code != null && $Object.hasOwnProperty.call(message, "code"))
                        object.code = message.code;
                    if (message.message != null && $Object.hasOwnProperty.call(message, "message"))
                        object.message = message.message;
                    if (message.hint != null && $Object.hasOwnProperty.call(message, "hint"))
                        object.hint = message.hint;
                    return object;
                };

                Refused.prototype.toJSON = function() {
                    return Refused.toObject(this, $protobuf.util.toJSONOptions);
                };

                return Refused;
            })();

            v1.GetGroupRequest = (function() {

                const GetGroupRequest = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                GetGroupRequest.prototype.groupId = "";

                GetGroupRequest.create = function(properties) {
                    return new GetGroupRequest(properties);
                };

                GetGroupRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.groupId != null && $Object.hasOwnProperty.call(message, "groupId") && message.groupId !== "")
                        writer.uint32(10).string(message.groupId);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                GetGroupRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.collective.v1.GetGroupRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.groupId = value;
                                else
                                    delete message.groupId;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                GetGroupRequest.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.collective.v1.GetGroupRequest)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.collective.v1.GetGroupRequest: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.collective.v1.GetGroupRequest();
                    if (object.groupId != null)
                        if (typeof object.groupId !== "string" || object.groupId.length)
                            message.groupId = $String(object.groupId);
                    return message;
                };

                GetGroupRequest.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults)
                        object.groupId = "";
                    if (message.groupId != null && $Object.hasOwnProperty.call(message, "groupId"))
                        object.groupId = message.groupId;
                    return object;
                };

                GetGroupRequest.prototype.toJSON = function() {
                    return GetGroupRequest.toObject(this, $protobuf.util.toJSONOptions);
                };

                return GetGroupRequest;
            })();

            return v1;
        })();

        return collective;
    })();

    ovis.fleet = (function() {

        const fleet = {};

        fleet.v1 = (function() {

            const v1 = {};

            v1.FleetService = (function() {

                const FleetService = function(rpcImpl, requestDelimited, responseDelimited) {
                    $protobuf.rpc.Service.call(this, rpcImpl, requestDelimited, responseDelimited);
                };

                $Object.defineProperty(FleetService.prototype = $Object.create($protobuf.rpc.Service.prototype), "constructor", { value: FleetService, writable: true, enumerable: false, configurable: true });

                FleetService.create = function(rpcImpl, requestDelimited, responseDelimited) {
                    return new this(rpcImpl, requestDelimited, responseDelimited);
                };



                $Object.defineProperties(FleetService.prototype.watch = function(request, callback) {
                    return $protobuf.rpc.Service.prototype.rpcCall.call(this, FleetService.prototype.watch, $root.ovis.fleet.v1.TrainerReport, $root.ovis.fleet.v1.FleetCommand, request, callback);
                }, {
                    name: { value: "Watch" },
                    path: { value: "/ovis.fleet.v1.FleetService/Watch" },
                    requestType: { value: "TrainerReport" },
                    responseType: { value: "FleetCommand" },
                    requestStream: { value: true },
                    responseStream: { value: true }
                });



                $Object.defineProperties(FleetService.prototype.listTrainers = function(request, callback) {
                    return $protobuf.rpc.Service.prototype.rpcCall.call(this, FleetService.prototype.listTrainers, $root.ovis.fleet.v1.ListTrainersRequest, $root.ovis.fleet.v1.ListTrainersResponse, request, callback);
                }, {
                    name: { value: "ListTrainers" },
                    path: { value: "/ovis.fleet.v1.FleetService/ListTrainers" },
                    requestType: { value: "ListTrainersRequest" },
                    responseType: { value: "ListTrainersResponse" },
                    requestStream: { value: $undefined },
                    responseStream: { value: $undefined }
                });



                $Object.defineProperties(FleetService.prototype.watchRun = function(request, callback) {
                    return $protobuf.rpc.Service.prototype.rpcCall.call(this, FleetService.prototype.watchRun, $root.ovis.fleet.v1.WatchRunRequest, $root.ovis.fleet.v1.RunEvent, request, callback);
                }, {
                    name: { value: "WatchRun" },
                    path: { value: "/ovis.fleet.v1.FleetService/WatchRun" },
                    requestType: { value: "WatchRunRequest" },
                    responseType: { value: "RunEvent" },
                    requestStream: { value: $undefined },
                    responseStream: { value: true }
                });



                $Object.defineProperties(FleetService.prototype.drainTrainer = function(request, callback) {
                    return $protobuf.rpc.Service.prototype.rpcCall.call(this, FleetService.prototype.drainTrainer, $root.ovis.fleet.v1.DrainTrainerRequest, $root.ovis.fleet.v1.DrainTrainerResponse, request, callback);
                }, {
                    name: { value: "DrainTrainer" },
                    path: { value: "/ovis.fleet.v1.FleetService/DrainTrainer" },
                    requestType: { value: "DrainTrainerRequest" },
                    responseType: { value: "DrainTrainerResponse" },
                    requestStream: { value: $undefined },
                    responseStream: { value: $undefined }
                });

                return FleetService;
            })();

            v1.TrainerReport = (function() {

                const TrainerReport = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                TrainerReport.prototype.registration = null;
                TrainerReport.prototype.heartbeat = null;

                let $oneOfFields;

                $Object.defineProperty(TrainerReport.prototype, "report", {
                    get: $util.oneOfGetter($oneOfFields = ["registration", "heartbeat"]),
                    set: $util.oneOfSetter($oneOfFields)
                });

                TrainerReport.create = function(properties) {
                    return new TrainerReport(properties);
                };

                TrainerReport.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.registration != null && $Object.hasOwnProperty.call(message, "registration"))
                        $root.ovis.fleet.v1.Registration.encode(message.registration, writer.uint32(10).fork(), _depth + 1).ldelim();
                    if (message.heartbeat != null && $Object.hasOwnProperty.call(message, "heartbeat"))
                        $root.ovis.fleet.v1.Heartbeat.encode(message.heartbeat, writer.uint32(18).fork(), _depth + 1).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                TrainerReport.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.fleet.v1.TrainerReport();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                message.registration = $root.ovis.fleet.v1.Registration.decode(reader, reader.size(), $undefined, _depth + 1, message.registration);
                                message.report = "registration";
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                message.heartbeat = $root.ovis.fleet.v1.Heartbeat.decode(reader, reader.size(), $undefined, _depth + 1, message.heartbeat);
                                message.report = "heartbeat";
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                TrainerReport.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.fleet.v1.TrainerReport)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.fleet.v1.TrainerReport: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.fleet.v1.TrainerReport();
                    if (object.registration != null) {
                        if (!$util.isObject(object.registration))
                            throw $TypeError(".ovis.fleet.v1.TrainerReport.registration: object expected");
                        message.registration = $root.ovis.fleet.v1.Registration.fromObject(object.registration, _depth + 1);
                    }
                    if (object.heartbeat != null) {
                        if (!$util.isObject(object.heartbeat))
                            throw $TypeError(".ovis.fleet.v1.TrainerReport.heartbeat: object expected");
                        message.heartbeat = $root.ovis.fleet.v1.Heartbeat.fromObject(object.heartbeat, _depth + 1);
                    }
                    return message;
                };

                TrainerReport.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (message.registration != null && $Object.hasOwnProperty.call(message, "registration")) {
                        object.registration = $root.ovis.fleet.v1.Registration.toObject(message.registration, options, _depth + 1);
                        if (options.oneofs)
                            object.report = "registration";
                    }
                    if (message.heartbeat != null && $Object.hasOwnProperty.call(message, "heartbeat")) {
                        object.heartbeat = $root.ovis.fleet.v1.Heartbeat.toObject(message.heartbeat, options, _depth + 1);
                        if (options.oneofs)
                            object.report = "heartbeat";
                    }
                    return object;
                };

                TrainerReport.prototype.toJSON = function() {
                    return TrainerReport.toObject(this, $protobuf.util.toJSONOptions);
                };

                return TrainerReport;
            })();

            v1.Registration = (function() {

                const Registration = function (properties) {
                    this.versions = {};
                    this.labels = {};
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Registration.prototype.trainerId = "";
                Registration.prototype.host = "";
                Registration.prototype.grpcAddress = "";
                Registration.prototype.collectiveAddress = "";
                Registration.prototype.pid = 0;
                Registration.prototype.device = null;
                Registration.prototype.memoryBytes = 0;
                Registration.prototype.versions = $util.emptyObject;
                Registration.prototype.labels = $util.emptyObject;

                Registration.create = function(properties) {
                    return new Registration(properties);
                };

                Registration.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.trainerId != null && $Object.hasOwnProperty.call(message, "trainerId") && message.trainerId !== "")
                        writer.uint32(10).string(message.trainerId);
                    if (message.host != null && $Object.hasOwnProperty.call(message, "host") && message.host !== "")
                        writer.uint32(18).string(message.host);
                    if (message.grpcAddress != null && $Object.hasOwnProperty.call(message, "grpcAddress") && message.grpcAddress !== "")
                        writer.uint32(26).string(message.grpcAddress);
                    if (message.collectiveAddress != null && $Object.hasOwnProperty.call(message, "collectiveAddress") && message.collectiveAddress !== "")
                        writer.uint32(34).string(message.collectiveAddress);
                    if (message.pid != null && $Object.hasOwnProperty.call(message, "pid") && message.pid !== 0)
                        writer.uint32(40).uint32(message.pid);
                    if (message.device != null && $Object.hasOwnProperty.call(message, "device"))
                        $root.ovis.fleet.v1.Device.encode(message.device, writer.uint32(50).fork(), _depth + 1).ldelim();
                    if (message.memoryBytes != null && $Object.hasOwnProperty.call(message, "memoryBytes") && !$Object.is(message.memoryBytes, 0))
                        writer.uint32(57).double(message.memoryBytes);
                    if (message.versions != null && $Object.hasOwnProperty.call(message, "versions"))
                        for (let keys = $Object.keys(message.versions), i = 0; i < keys.length; ++i)
                            writer.uint32(66).fork().uint32(10).string(keys[i]).uint32(18).string(message.versions[keys[i]]).ldelim();
                    if (message.labels != null && $Object.hasOwnProperty.call(message, "labels"))
                        for (let keys = $Object.keys(message.labels), i = 0; i < keys.length; ++i)
                            writer.uint32(74).fork().uint32(10).string(keys[i]).uint32(18).string(message.labels[keys[i]]).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Registration.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, key, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.fleet.v1.Registration();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.trainerId = value;
                                else
                                    delete message.trainerId;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.host = value;
                                else
                                    delete message.host;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.grpcAddress = value;
                                else
                                    delete message.grpcAddress;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.collectiveAddress = value;
                                else
                                    delete message.collectiveAddress;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.pid = value;
                                else
                                    delete message.pid;
                                continue;
                            }
                        case 6: {
                                if (wireType !== 2)
                                    break;
                                message.device = $root.ovis.fleet.v1.Device.decode(reader, reader.size(), $undefined, _depth + 1, message.device);
                                continue;
                            }
                        case 7: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.memoryBytes = value;
                                else
                                    delete message.memoryBytes;
                                continue;
                            }
                        case 8: {
                                if (wireType !== 2)
                                    break;
                                if (message.versions === $util.emptyObject)
                                    message.versions = {};
                                let end2 = reader.size() + reader.pos;
                                if (end2 > reader.len)
                                    throw $RangeError("index out of range");
                                reader.len = end2;
                                key = "";
                                value = "";
                                while (reader.pos < end2) {
                                    let tag2 = reader.tag();
                                    wireType = tag2 & 7;
                                    switch (tag2 >>>= 3) {
                                    case 1:
                                        if (wireType !== 2)
                                            break;
                                        key = reader.stringVerify();
                                        continue;
                                    case 2:
                                        if (wireType !== 2)
                                            break;
                                        value = reader.stringVerify();
                                        continue;
                                    }
                                    reader.skipType(wireType, _depth, tag2);
                                }
                                if (reader.pos !== end2)
                                    throw $RangeError("index out of range");
                                reader.len = end;
                                if (key === "__proto__")
                                    $util.makeProp(message.versions, key);
                                message.versions[key] = value;
                                continue;
                            }
                        case 9: {
                                if (wireType !== 2)
                                    break;
                                if (message.labels === $util.emptyObject)
                                    message.labels = {};
                                let end2 = reader.size() + reader.pos;
                                if (end2 > reader.len)
                                    throw $RangeError("index out of range");
                                reader.len = end2;
                                key = "";
                                value = "";
                                while (reader.pos < end2) {
                                    let tag2 = reader.tag();
                                    wireType = tag2 & 7;
                                    switch (tag2 >>>= 3) {
                                    case 1:
                                        if (wireType !== 2)
                                            break;
                                        key = reader.stringVerify();
                                        continue;
                                    case 2:
                                        if (wireType !== 2)
                                            break;
                                        value = reader.stringVerify();
                                        continue;
                                    }
                                    reader.skipType(wireType, _depth, tag2);
                                }
                                if (reader.pos !== end2)
                                    throw $RangeError("index out of range");
                                reader.len = end;
                                if (key === "__proto__")
                                    $util.makeProp(message.labels, key);
                                message.labels[key] = value;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                Registration.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.fleet.v1.Registration)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.fleet.v1.Registration: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.fleet.v1.Registration();
                    if (object.trainerId != null)
                        if (typeof object.trainerId !== "string" || object.trainerId.length)
                            message.trainerId = $String(object.trainerId);
                    if (object.host != null)
                        if (typeof object.host !== "string" || object.host.length)
                            message.host = $String(object.host);
                    if (object.grpcAddress != null)
                        if (typeof object.grpcAddress !== "string" || object.grpcAddress.length)
                            message.grpcAddress = $String(object.grpcAddress);
                    if (object.collectiveAddress != null)
                        if (typeof object.collectiveAddress !== "string" || object.collectiveAddress.length)
                            message.collectiveAddress = $String(object.collectiveAddress);
                    if (object.pid != null)
                        if ($Number(object.pid) !== 0)
                            message.pid = object.pid >>> 0;
                    if (object.device != null) {
                        if (!$util.isObject(object.device))
                            throw $TypeError(".ovis.fleet.v1.Registration.device: object expected");
                        message.device = $root.ovis.fleet.v1.Device.fromObject(object.device, _depth + 1);
                    }
                    if (object.memoryBytes != null)
                        if (!$Object.is($Number(object.memoryBytes), 0))
                            message.memoryBytes = $Number(object.memoryBytes);
                    if (object.versions) {
                        if (!$util.isObject(object.versions))
                            throw $TypeError(".ovis.fleet.v1.Registration.versions: object expected");
                        message.versions = {};
                        for (let keys = $Object.keys(object.versions), i = 0; i < keys.length; ++i) {
                            if (keys[i] === "__proto__")
                                $util.makeProp(message.versions, keys[i]);
                            message.versions[keys[i]] = $String(object.versions[keys[i]]);
                        }
                    }
                    if (object.labels) {
                        if (!$util.isObject(object.labels))
                            throw $TypeError(".ovis.fleet.v1.Registration.labels: object expected");
                        message.labels = {};
                        for (let keys = $Object.keys(object.labels), i = 0; i < keys.length; ++i) {
                            if (keys[i] === "__proto__")
                                $util.makeProp(message.labels, keys[i]);
                            message.labels[keys[i]] = $String(object.labels[keys[i]]);
                        }
                    }
                    return message;
                };

                Registration.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.objects || options.defaults) {
                        object.versions = {};
                        object.labels = {};
                    }
                    if (options.defaults) {
                        object.trainerId = "";
                        object.host = "";
                        object.grpcAddress = "";
                        object.collectiveAddress = "";
                        object.pid = 0;
                        object.device = null;
                        object.memoryBytes = 0;
                    }
                    if (message.trainerId != null && $Object.hasOwnProperty.call(message, "trainerId"))
                        object.trainerId = message.trainerId;
                    if (message.host != null && $Object.hasOwnProperty.call(message, "host"))
                        object.host = message.host;
                    if (message.grpcAddress != null && $Object.hasOwnProperty.call(message, "grpcAddress"))
                        object.grpcAddress = message.grpcAddress;
                    if (message.collectiveAddress != null && $Object.hasOwnProperty.call(message, "collectiveAddress"))
                        object.collectiveAddress = message.collectiveAddress;
                    if (message.pid != null && $Object.hasOwnProperty.call(message, "pid"))
                        object.pid = message.pid;
                    if (message.device != null && $Object.hasOwnProperty.call(message, "device"))
                        object.device = $root.ovis.fleet.v1.Device.toObject(message.device, options, _depth + 1);
                    if (message.memoryBytes != null && $Object.hasOwnProperty.call(message, "memoryBytes"))
                        object.memoryBytes = options.json && !$isFinite(message.memoryBytes) ? $String(message.memoryBytes) : message.memoryBytes;
                    let keys2;
                    if (message.versions && (keys2 = $Object.keys(message.versions)).length) {
                        object.versions = {};
                        for (let j = 0; j < keys2.length; ++j) {
                            if (keys2[j] === "__proto__")
                                $util.makeProp(object.versions, keys2[j]);
                            object.versions[keys2[j]] = message.versions[keys2[j]];
                        }
                    }
                    if (message.labels && (keys2 = $Object.keys(message.labels)).length) {
                        object.labels = {};
                        for (let j = 0; j < keys2.length; ++j) {
                            if (keys2[j] === "__proto__")
                                $util.makeProp(object.labels, keys2[j]);
                            object.labels[keys2[j]] = message.labels[keys2[j]];
                        }
                    }
                    return object;
                };

                Registration.prototype.toJSON = function() {
                    return Registration.toObject(this, $protobuf.util.toJSONOptions);
                };

                return Registration;
            })();

            v1.Device = (function() {

                const Device = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Device.prototype.kind = "";
                Device.prototype.name = "";
                Device.prototype.memoryBytes = 0;

                Device.create = function(properties) {
                    return new Device(properties);
                };

                Device.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.kind != null && $Object.hasOwnProperty.call(message, "kind") && message.kind !== "")
                        writer.uint32(10).string(message.kind);
                    if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                        writer.uint32(18).string(message.name);
                    if (message.memoryBytes != null && $Object.hasOwnProperty.call(message, "memoryBytes") && !$Object.is(message.memoryBytes, 0))
                        writer.uint32(25).double(message.memoryBytes);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Device.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.fleet.v1.Device();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.kind = value;
                                else
                                    delete message.kind;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.name = value;
                                else
                                    delete message.name;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.memoryBytes = value;
                                else
                                    delete message.memoryBytes;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                Device.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.fleet.v1.Device)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.fleet.v1.Device: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.fleet.v1.Device();
                    if (object.kind != null)
                        if (typeof object.kind !== "string" || object.kind.length)
                            message.kind = $String(object.kind);
                    if (object.name != null)
                        if (typeof object.name !== "string" || object.name.length)
                            message.name = $String(object.name);
                    if (object.memoryBytes != null)
                        if (!$Object.is($Number(object.memoryBytes), 0))
                            message.memoryBytes = $Number(object.memoryBytes);
                    return message;
                };

                Device.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.kind = "";
                        object.name = "";
                        object.memoryBytes = 0;
                    }
                    if (message.kind != null && $Object.hasOwnProperty.call(message, "kind"))
                        object.kind = message.kind;
                    if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
                        object.name = message.name;
                    if (message.memoryBytes != null && $Object.hasOwnProperty.call(message, "memoryBytes"))
                        object.memoryBytes = options.json && !$isFinite(message.memoryBytes) ? $String(message.memoryBytes) : message.memoryBytes;
                    return object;
                };

                Device.prototype.toJSON = function() {
                    return Device.toObject(this, $protobuf.util.toJSONOptions);
                };

                return Device;
            })();

            v1.Heartbeat = (function() {

                const Heartbeat = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Heartbeat.prototype.state = 0;
                Heartbeat.prototype.runId = "";
                Heartbeat.prototype.gangId = "";
                Heartbeat.prototype.generation = 0;
                Heartbeat.prototype.stage = 0;
                Heartbeat.prototype.step = 0;
                Heartbeat.prototype.phase = 0;
                Heartbeat.prototype.rank = 0;
                Heartbeat.prototype.reservation = null;
                Heartbeat.prototype.held = null;
                Heartbeat.prototype.ownMs = 0;

                Heartbeat.create = function(properties) {
                    return new Heartbeat(properties);
                };

                Heartbeat.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== 0)
                        writer.uint32(8).int32(message.state);
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId") && message.runId !== "")
                        writer.uint32(18).string(message.runId);
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId") && message.gangId !== "")
                        writer.uint32(26).string(message.gangId);
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation") && message.generation !== 0)
                        writer.uint32(32).uint32(message.generation);
                    if (message.stage != null && $Object.hasOwnProperty.call(message, "stage") && message.stage !== 0)
                        writer.uint32(40).uint32(message.stage);
                    if (message.step != null && $Object.hasOwnProperty.call(message, "step") && message.step !== 0)
                        writer.uint32(48).uint32(message.step);
                    if (message.phase != null && $Object.hasOwnProperty.call(message, "phase") && message.phase !== 0)
                        writer.uint32(56).int32(message.phase);
                    if (message.rank != null && $Object.hasOwnProperty.call(message, "rank") && message.rank !== 0)
                        writer.uint32(64).uint32(message.rank);
                    if (message.reservation != null && $Object.hasOwnProperty.call(message, "reservation"))
                        $root.ovis.fleet.v1.Reservation.encode(message.reservation, writer.uint32(74).fork(), _depth + 1).ldelim();
                    if (message.held != null && $Object.hasOwnProperty.call(message, "held"))
                        $root.ovis.trainer.v1.HeldStage.encode(message.held, writer.uint32(82).fork(), _depth + 1).ldelim();
                    if (message.ownMs != null && $Object.hasOwnProperty.call(message, "ownMs") && !$Object.is(message.ownMs, 0))
                        writer.uint32(89).double(message.ownMs);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Heartbeat.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.fleet.v1.Heartbeat();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.int32())
                                    message.state = value;
                                else
                                    delete message.state;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.runId = value;
                                else
                                    delete message.runId;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.gangId = value;
                                else
                                    delete message.gangId;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.generation = value;
                                else
                                    delete message.generation;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.stage = value;
                                else
                                    delete message.stage;
                                continue;
                            }
                        case 6: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.step = value;
                                else
                                    delete message.step;
                                continue;
                            }
                        case 7: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.int32())
                                    message.phase = value;
                                else
                                    delete message.phase;
                                continue;
                            }
                        case 8: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.rank = value;
                                else
                                    delete message.rank;
                                continue;
                            }
                        case 9: {
                                if (wireType !== 2)
                                    break;
                                message.reservation = $root.ovis.fleet.v1.Reservation.decode(reader, reader.size(), $undefined, _depth + 1, message.reservation);
                                continue;
                            }
                        case 10: {
                                if (wireType !== 2)
                                    break;
                                message.held = $root.ovis.trainer.v1.HeldStage.decode(reader, reader.size(), $undefined, _depth + 1, message.held);
                                continue;
                            }
                        case 11: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.ownMs = value;
                                else
                                    delete message.ownMs;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                Heartbeat.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.fleet.v1.Heartbeat)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.fleet.v1.Heartbeat: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.fleet.v1.Heartbeat();
                    if (object.state !== 0 && (typeof object.state !== "string" || $root.ovis.trainer.v1.TrainerState[object.state] !== 0))
                        switch (object.state) {
                        case "TRAINER_STATE_UNSPECIFIED":
                        case 0:
                            message.state = 0;
                            break;
                        case "TRAINER_STATE_IDLE":
                        case 1:
                            message.state = 1;
                            break;
                        case "TRAINER_STATE_BUSY":
                        case 2:
                            message.state = 2;
                            break;
                        case "TRAINER_STATE_DRAINING":
                        case 3:
                            message.state = 3;
                            break;
                        default:
                            if (typeof object.state === "number" && (object.state | 0) === object.state)
                                message.state = object.state;
                        }
                    if (object.runId != null)
                        if (typeof object.runId !== "string" || object.runId.length)
                            message.runId = $String(object.runId);
                    if (object.gangId != null)
                        if (typeof object.gangId !== "string" || object.gangId.length)
                            message.gangId = $String(object.gangId);
                    if (object.generation != null)
                        if ($Number(object.generation) !== 0)
                            message.generation = object.generation >>> 0;
                    if (object.stage != null)
                        if ($Number(object.stage) !== 0)
                            message.stage = object.stage >>> 0;
                    if (object.step != null)
                        if ($Number(object.step) !== 0)
                            message.step = object.step >>> 0;
                    if (object.phase !== 0 && (typeof object.phase !== "string" || $root.ovis.trainer.v1.StagePhase[object.phase] !== 0))
                        switch (object.phase) {
                        case "STAGE_PHASE_UNSPECIFIED":
                        case 0:
                            message.phase = 0;
                            break;
                        case "STAGE_PHASE_LOADING":
                        case 1:
                            message.phase = 1;
                            break;
                        case "STAGE_PHASE_COMPILING":
                        case 2:
                            message.phase = 2;
                            break;
                        case "STAGE_PHASE_TRAINING":
                        case 3:
                            message.phase = 3;
                            break;
                        case "STAGE_PHASE_CHECKPOINTING":
                        case 4:
                            message.phase = 4;
                            break;
                        default:
                            if (typeof object.phase === "number" && (object.phase | 0) === object.phase)
                                message.phase = object.phase;
                        }
                    if (object.rank != null)
                        if ($Number(object.rank) !== 0)
                            message.rank = object.rank >>> 0;
                    if (object.reservation != null) {
                        if (!$util.isObject(object.reservation))
                            throw $TypeError(".ovis.fleet.v1.Heartbeat.reservation: object expected");
                        message.reservation = $root.ovis.fleet.v1.Reservation.fromObject(object.reservation, _depth + 1);
                    }
                    if (object.held != null) {
                        if (!$util.isObject(object.held))
                            throw $TypeError(".ovis.fleet.v1.Heartbeat.held: object expected");
                        message.held = $root.ovis.trainer.v1.HeldStage.fromObject(object.held, _depth + 1);
                    }
                    if (object.ownMs != null)
                        if (!$Object.is($Number(object.ownMs), 0))
                            message.ownMs = $Number(object.ownMs);
                    return message;
                };

                Heartbeat.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.state = options.enums === $String ? "TRAINER_STATE_UNSPECIFIED" : 0;
                        object.runId = "";
                        object.gangId = "";
                        object.generation = 0;
                        object.stage = 0;
                        object.step = 0;
                        object.phase = options.enums === $String ? "STAGE_PHASE_UNSPECIFIED" : 0;
                        object.rank = 0;
                        object.reservation = null;
                        object.held = null;
                        object.ownMs = 0;
                    }
                    if (message.state != null && $Object.hasOwnProperty.call(message, "state"))
                        object.state = options.enums === $String ? $root.ovis.trainer.v1.TrainerState[message.state] === $undefined ? message.state : $root.ovis.trainer.v1.TrainerState[message.state] : message.state;
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId"))
                        object.runId = message.runId;
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId"))
                        object.gangId = message.gangId;
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation"))
                        object.generation = message.generation;
                    if (message.stage != null && $Object.hasOwnProperty.call(message, "stage"))
                        object.stage = message.stage;
                    if (message.step != null && $Object.hasOwnProperty.call(message, "step"))
                        object.step = message.step;
                    if (message.phase != null && $Object.hasOwnProperty.call(message, "phase"))
                        object.phase = options.enums === $String ? $root.ovis.trainer.v1.StagePhase[message.phase] === $undefined ? message.phase : $root.ovis.trainer.v1.StagePhase[message.phase] : message.phase;
                    if (message.rank != null && $Object.hasOwnProperty.call(message, "rank"))
                        object.rank = message.rank;
                    if (message.reservation != null && $Object.hasOwnProperty.call(message, "reservation"))
                        object.reservation = $root.ovis.fleet.v1.Reservation.toObject(message.reservation, options, _depth + 1);
                    if (message.held != null && $Object.hasOwnProperty.call(message, "held"))
                        object.held = $root.ovis.trainer.v1.HeldStage.toObject(message.held, options, _depth + 1);
                    if (message.ownMs != null && $Object.hasOwnProperty.call(message, "ownMs"))
                        object.ownMs = options.json && !$isFinite(message.ownMs) ? $String(message.ownMs) : message.ownMs;
                    return object;
                };

                Heartbeat.prototype.toJSON = function() {
                    return Heartbeat.toObject(this, $protobuf.util.toJSONOptions);
                };

                return Heartbeat;
            })();

            v1.Reservation = (function() {

                const Reservation = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Reservation.prototype.runId = "";
                Reservation.prototype.gangId = "";
                Reservation.prototype.generation = 0;

                Reservation.create = function(properties) {
                    return new Reservation(properties);
                };

                Reservation.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId") && message.runId !== "")
                        writer.uint32(10).string(message.runId);
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId") && message.gangId !== "")
                        writer.uint32(18).string(message.gangId);
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation") && message.generation !== 0)
                        writer.uint32(24).uint32(message.generation);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Reservation.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.fleet.v1.Reservation();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.runId = value;
                                else
                                    delete message.runId;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.gangId = value;
                                else
                                    delete message.gangId;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.generation = value;
                                else
                                    delete message.generation;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                Reservation.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.fleet.v1.Reservation)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.fleet.v1.Reservation: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.fleet.v1.Reservation();
                    if (object.runId != null)
                        if (typeof object.runId !== "string" || object.runId.length)
                            message.runId = $String(object.runId);
                    if (object.gangId != null)
                        if (typeof object.gangId !== "string" || object.gangId.length)
                            message.gangId = $String(object.gangId);
                    if (object.generation != null)
                        if ($Number(object.generation) !== 0)
                            message.generation = object.generation >>> 0;
                    return message;
                };

                Reservation.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.runId = "";
                        object.gangId = "";
                        object.generation = 0;
                    }
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId"))
                        object.runId = message.runId;
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId"))
                        object.gangId = message.gangId;
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation"))
                        object.generation = message.generation;
                    return object;
                };

                Reservation.prototype.toJSON = function() {
                    return Reservation.toObject(this, $protobuf.util.toJSONOptions);
                };

                return Reservation;
            })();

            v1.FleetCommand = (function() {

                const FleetCommand = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                FleetCommand.prototype.accepted = null;
                FleetCommand.prototype.drain = null;
                FleetCommand.prototype.forget = null;

                let $oneOfFields;

                $Object.defineProperty(FleetCommand.prototype, "command", {
                    get: $util.oneOfGetter($oneOfFields = ["accepted", "drain", "forget"]),
                    set: $util.oneOfSetter($oneOfFields)
                });

                FleetCommand.create = function(properties) {
                    return new FleetCommand(properties);
                };

                FleetCommand.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.accepted != null && $Object.hasOwnProperty.call(message, "accepted"))
                        $root.ovis.fleet.v1.Accepted.encode(message.accepted, writer.uint32(10).fork(), _depth + 1).ldelim();
                    if (message.drain != null && $Object.hasOwnProperty.call(message, "drain"))
                        $root.ovis.fleet.v1.Drain.encode(message.drain, writer.uint32(18).fork(), _depth + 1).ldelim();
                    if (message.forget != null && $Object.hasOwnProperty.call(message, "forget"))
                        $root.ovis.fleet.v1.Forget.encode(message.forget, writer.uint32(26).fork(), _depth + 1).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                FleetCommand.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.fleet.v1.FleetCommand();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                message.accepted = $root.ovis.fleet.v1.Accepted.decode(reader, reader.size(), $undefined, _depth + 1, message.accepted);
                                message.command = "accepted";
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                message.drain = $root.ovis.fleet.v1.Drain.decode(reader, reader.size(), $undefined, _depth + 1, message.drain);
                                message.command = "drain";
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                message.forget = $root.ovis.fleet.v1.Forget.decode(reader, reader.size(), $undefined, _depth + 1, message.forget);
                                message.command = "forget";
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                FleetCommand.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.fleet.v1.FleetCommand)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.fleet.v1.FleetCommand: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.fleet.v1.FleetCommand();
                    if (object.accepted != null) {
                        if (!$util.isObject(object.accepted))
                            throw $TypeError(".ovis.fleet.v1.FleetCommand.accepted: object expected");
                        message.accepted = $root.ovis.fleet.v1.Accepted.fromObject(object.accepted, _depth + 1);
                    }
                    if (object.drain != null) {
                        if (!$util.isObject(object.drain))
                            throw $TypeError(".ovis.fleet.v1.FleetCommand.drain: object expected");
                        message.drain = $root.ovis.fleet.v1.Drain.fromObject(object.drain, _depth + 1);
                    }
                    if (object.forget != null) {
                        if (!$util.isObject(object.forget))
                            throw $TypeError(".ovis.fleet.v1.FleetCommand.forget: object expected");
                        message.forget = $root.ovis.fleet.v1.Forget.fromObject(object.forget, _depth + 1);
                    }
                    return message;
                };

                FleetCommand.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (message.accepted != null && $Object.hasOwnProperty.call(message, "accepted")) {
                        object.accepted = $root.ovis.fleet.v1.Accepted.toObject(message.accepted, options, _depth + 1);
                        if (options.oneofs)
                            object.command = "accepted";
                    }
                    if (message.drain != null && $Object.hasOwnProperty.call(message, "drain")) {
                        object.drain = $root.ovis.fleet.v1.Drain.toObject(message.drain, options, _depth + 1);
                        if (options.oneofs)
                            object.command = "drain";
                    }
                    if (message.forget != null && $Object.hasOwnProperty.call(message, "forget")) {
                        object.forget = $root.ovis.fleet.v1.Forget.toObject(message.forget, options, _depth + 1);
                        if (options.oneofs)
                            object.command = "forget";
                    }
                    return object;
                };

                FleetCommand.prototype.toJSON = function() {
                    return FleetCommand.toObject(this, $protobuf.util.toJSONOptions);
                };

                return FleetCommand;
            })();

            v1.Accepted = (function() {

                const Accepted = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Accepted.prototype.heartbeatMs = 0;

                Accepted.create = function(properties) {
                    return new Accepted(properties);
                };

                Accepted.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.heartbeatMs != null && $Object.hasOwnProperty.call(message, "heartbeatMs") && message.heartbeatMs !== 0)
                        writer.uint32(8).uint32(message.heartbeatMs);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Accepted.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.fleet.v1.Accepted();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.heartbeatMs = value;
                                else
                                    delete message.heartbeatMs;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                Accepted.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.fleet.v1.Accepted)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.fleet.v1.Accepted: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.fleet.v1.Accepted();
                    if (object.heartbeatMs != null)
                        if ($Number(object.heartbeatMs) !== 0)
                            message.heartbeatMs = object.heartbeatMs >>> 0;
                    return message;
                };

                Accepted.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults)
                        object.heartbeatMs = 0;
                    if (message.heartbeatMs != null && $Object.hasOwnProperty.call(message, "heartbeatMs"))
                        object.heartbeatMs = message.heartbeatMs;
                    return object;
                };

                Accepted.prototype.toJSON = function() {
                    return Accepted.toObject(this, $protobuf.util.toJSONOptions);
                };

                return Accepted;
            })();

            v1.Drain = (function() {

                const Drain = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Drain.prototype.reason = "";

                Drain.create = function(properties) {
                    return new Drain(properties);
                };

                Drain.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                        writer.uint32(10).string(message.reason);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Drain.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.fleet.v1.Drain();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.reason = value;
                                else
                                    delete message.reason;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                Drain.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.fleet.v1.Drain)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.fleet.v1.Drain: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.fleet.v1.Drain();
                    if (object.reason != null)
                        if (typeof object.reason !== "string" || object.reason.length)
                            message.reason = $String(object.reason);
                    return message;
                };

                Drain.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults)
                        object.reason = "";
                    if (message.reason != null && $Object.hasOwnProperty.call(message, "reason"))
                        object.reason = message.reason;
                    return object;
                };

                Drain.prototype.toJSON = function() {
                    return Drain.toObject(this, $protobuf.util.toJSONOptions);
                };

                return Drain;
            })();

            v1.Forget = (function() {

                const Forget = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Forget.prototype.gangId = "";
                Forget.prototype.generation = 0;

                Forget.create = function(properties) {
                    return new Forget(properties);
                };

                Forget.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId") && message.gangId !== "")
                        writer.uint32(10).string(message.gangId);
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation") && message.generation !== 0)
                        writer.uint32(16).uint32(message.generation);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Forget.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.fleet.v1.Forget();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.gangId = value;
                                else
                                    delete message.gangId;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.generation = value;
                                else
                                    delete message.generation;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                Forget.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.fleet.v1.Forget)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.fleet.v1.Forget: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.fleet.v1.Forget();
                    if (object.gangId != null)
                        if (typeof object.gangId !== "string" || object.gangId.length)
                            message.gangId = $String(object.gangId);
                    if (object.generation != null)
                        if ($Number(object.generation) !== 0)
                            message.generation = object.generation >>> 0;
                    return message;
                };

                Forget.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.gangId = "";
                        object.generation = 0;
                    }
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId"))
                        object.gangId = message.gangId;
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation"))
                        object.generation = message.generation;
                    return object;
                };

                Forget.prototype.toJSON = function() {
                    return Forget.toObject(this, $protobuf.util.toJSONOptions);
                };

                return Forget;
            })();

            v1.ListTrainersRequest = (function() {

                const ListTrainersRequest = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                ListTrainersRequest.create = function(properties) {
                    return new ListTrainersRequest(properties);
                };

                ListTrainersRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                ListTrainersRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.fleet.v1.ListTrainersRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        reader.skipType(tag & 7, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                ListTrainersRequest.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.fleet.v1.ListTrainersRequest)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.fleet.v1.ListTrainersRequest: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    return new $root.ovis.fleet.v1.ListTrainersRequest();
                };

                ListTrainersRequest.toObject = function () {
                    return {};
                };

                ListTrainersRequest.prototype.toJSON = function() {
                    return ListTrainersRequest.toObject(this, $protobuf.util.toJSONOptions);
                };

                return ListTrainersRequest;
            })();

            v1.ListTrainersResponse = (function() {

                const ListTrainersResponse = function (properties) {
                    this.trainers = [];
                    this.queue = [];
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                ListTrainersResponse.prototype.trainers = $util.emptyArray;
                ListTrainersResponse.prototype.queue = $util.emptyArray;

                ListTrainersResponse.create = function(properties) {
                    return new ListTrainersResponse(properties);
                };

                ListTrainersResponse.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.trainers != null && message.trainers.length)
                        for (let i = 0; i < message.trainers.length; ++i)
                            $root.ovis.fleet.v1.Trainer.encode(message.trainers[i], writer.uint32(10).fork(), _depth + 1).ldelim();
                    if (message.queue != null && message.queue.length)
                        for (let i = 0; i < message.queue.length; ++i)
                            $root.ovis.fleet.v1.WaitingGang.encode(message.queue[i], writer.uint32(18).fork(), _depth + 1).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                ListTrainersResponse.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.fleet.v1.ListTrainersResponse();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if (!(message.trainers && message.trainers.length))
                                    message.trainers = [];
                                message.trainers.push($root.ovis.fleet.v1.Trainer.decode(reader, reader.size(), $undefined, _depth + 1));
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if (!(message.queue && message.queue.length))
                                    message.queue = [];
                                message.queue.push($root.ovis.fleet.v1.WaitingGang.decode(reader, reader.size(), $undefined, _depth + 1));
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                ListTrainersResponse.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.fleet.v1.ListTrainersResponse)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.fleet.v1.ListTrainersResponse: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.fleet.v1.ListTrainersResponse();
                    if (object.trainers) {
                        if (!$Array.isArray(object.trainers))
                            throw $TypeError(".ovis.fleet.v1.ListTrainersResponse.trainers: array expected");
                        message.trainers = $Array(object.trainers.length);
                        for (let i = 0; i < object.trainers.length; ++i) {
                            if (!$util.isObject(object.trainers[i]))
                                throw $TypeError(".ovis.fleet.v1.ListTrainersResponse.trainers: object expected");
                            message.trainers[i] = $root.ovis.fleet.v1.Trainer.fromObject(object.trainers[i], _depth + 1);
                        }
                    }
                    if (object.queue) {
                        if (!$Array.isArray(object.queue))
                            throw $TypeError(".ovis.fleet.v1.ListTrainersResponse.queue: array expected");
                        message.queue = $Array(object.queue.length);
                        for (let i = 0; i < object.queue.length; ++i) {
                            if (!$util.isObject(object.queue[i]))
                                throw $TypeError(".ovis.fleet.v1.ListTrainersResponse.queue: object expected");
                            message.queue[i] = $root.ovis.fleet.v1.WaitingGang.fromObject(object.queue[i], _depth + 1);
                        }
                    }
                    return message;
                };

                ListTrainersResponse.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.arrays || options.defaults) {
                        object.trainers = [];
                        object.queue = [];
                    }
                    if (message.trainers && message.trainers.length) {
                        object.trainers = $Array(message.trainers.length);
                        for (let j = 0; j < message.trainers.length; ++j)
                            object.trainers[j] = $root.ovis.fleet.v1.Trainer.toObject(message.trainers[j], options, _depth + 1);
                    }
                    if (message.queue && message.queue.length) {
                        object.queue = $Array(message.queue.length);
                        for (let j = 0; j < message.queue.length; ++j)
                            object.queue[j] = $root.ovis.fleet.v1.WaitingGang.toObject(message.queue[j], options, _depth + 1);
                    }
                    return object;
                };

                ListTrainersResponse.prototype.toJSON = function() {
                    return ListTrainersResponse.toObject(this, $protobuf.util.toJSONOptions);
                };

                return ListTrainersResponse;
            })();

            v1.WaitingGang = (function() {

                const WaitingGang = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                WaitingGang.prototype.runId = "";
                WaitingGang.prototype.gangId = "";
                WaitingGang.prototype.stage = 0;
                WaitingGang.prototype.priority = 0;
                WaitingGang.prototype.submittedAtMs = 0;
                WaitingGang.prototype.trainers = 0;
                WaitingGang.prototype.minTrainers = 0;
                WaitingGang.prototype.reason = "";
                WaitingGang.prototype.waitedMs = 0;

                WaitingGang.create = function(properties) {
                    return new WaitingGang(properties);
                };

                WaitingGang.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId") && message.runId !== "")
                        writer.uint32(10).string(message.runId);
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId") && message.gangId !== "")
                        writer.uint32(18).string(message.gangId);
                    if (message.stage != null && $Object.hasOwnProperty.call(message, "stage") && message.stage !== 0)
                        writer.uint32(24).uint32(message.stage);
                    if (message.priority != null && $Object.hasOwnProperty.call(message, "priority") && message.priority !== 0)
                        writer.uint32(32).int32(message.priority);
                    if (message.submittedAtMs != null && $Object.hasOwnProperty.call(message, "submittedAtMs") && !$Object.is(message.submittedAtMs, 0))
                        writer.uint32(41).double(message.submittedAtMs);
                    if (message.trainers != null && $Object.hasOwnProperty.call(message, "trainers") && message.trainers !== 0)
                        writer.uint32(48).uint32(message.trainers);
                    if (message.minTrainers != null && $Object.hasOwnProperty.call(message, "minTrainers") && message.minTrainers !== 0)
                        writer.uint32(56).uint32(message.minTrainers);
                    if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                        writer.uint32(66).string(message.reason);
                    if (message.waitedMs != null && $Object.hasOwnProperty.call(message, "waitedMs") && !$Object.is(message.waitedMs, 0))
                        writer.uint32(73).double(message.waitedMs);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                WaitingGang.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.fleet.v1.WaitingGang();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.runId = value;
                                else
                                    delete message.runId;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.gangId = value;
                                else
                                    delete message.gangId;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.stage = value;
                                else
                                    delete message.stage;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.int32())
                                    message.priority = value;
                                else
                                    delete message.priority;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.submittedAtMs = value;
                                else
                                    delete message.submittedAtMs;
                                continue;
                            }
                        case 6: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.trainers = value;
                                else
                                    delete message.trainers;
                                continue;
                            }
                        case 7: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.minTrainers = value;
                                else
                                    delete message.minTrainers;
                                continue;
                            }
                        case 8: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.reason = value;
                                else
                                    delete message.reason;
                                continue;
                            }
                        case 9: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.waitedMs = value;
                                else
                                    delete message.waitedMs;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                WaitingGang.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.fleet.v1.WaitingGang)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.fleet.v1.WaitingGang: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.fleet.v1.WaitingGang();
                    if (object.runId != null)
                        if (typeof object.runId !== "string" || object.runId.length)
                            message.runId = $String(object.runId);
                    if (object.gangId != null)
                        if (typeof object.gangId !== "string" || object.gangId.length)
                            message.gangId = $String(object.gangId);
                    if (object.stage != null)
                        if ($Number(object.stage) !== 0)
                            message.stage = object.stage >>> 0;
                    if (object.priority != null)
                        if ($Number(object.priority) !== 0)
                            message.priority = object.priority | 0;
                    if (object.submittedAtMs != null)
                        if (!$Object.is($Number(object.submittedAtMs), 0))
                            message.submittedAtMs = $Number(object.submittedAtMs);
                    if (object.trainers != null)
                        if ($Number(object.trainers) !== 0)
                            message.trainers = object.trainers >>> 0;
                    if (object.minTrainers != null)
                        if ($Number(object.minTrainers) !== 0)
                            message.minTrainers = object.minTrainers >>> 0;
                    if (object.reason != null)
                        if (typeof object.reason !== "string" || object.reason.length)
                            message.reason = $String(object.reason);
                    if (object.waitedMs != null)
                        if (!$Object.is($Number(object.waitedMs), 0))
                            message.waitedMs = $Number(object.waitedMs);
                    return message;
                };

                WaitingGang.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.runId = "";
                        object.gangId = "";
                        object.stage = 0;
                        object.priority = 0;
                        object.submittedAtMs = 0;
                        object.trainers = 0;
                        object.minTrainers = 0;
                        object.reason = "";
                        object.waitedMs = 0;
                    }
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId"))
                        object.runId = message.runId;
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId"))
                        object.gangId = message.gangId;
                    if (message.stage != null && $Object.hasOwnProperty.call(message, "stage"))
                        object.stage = message.stage;
                    if (message.priority != null && $Object.hasOwnProperty.call(message, "priority"))
                        object.priority = message.priority;
                    if (message.submittedAtMs != null && $Object.hasOwnProperty.call(message, "submittedAtMs"))
                        object.submittedAtMs = options.json && !$isFinite(message.submittedAtMs) ? $String(message.submittedAtMs) : message.submittedAtMs;
                    if (message.trainers != null && $Object.hasOwnProperty.call(message, "trainers"))
                        object.trainers = message.trainers;
                    if (message.minTrainers != null && $Object.hasOwnProperty.call(message, "minTrainers"))
                        object.minTrainers = message.minTrainers;
                    if (message.reason != null && $Object.hasOwnProperty.call(message, "reason"))
                        object.reason = message.reason;
                    if (message.waitedMs != null && $Object.hasOwnProperty.call(message, "waitedMs"))
                        object.waitedMs = options.json && !$isFinite(message.waitedMs) ? $String(message.waitedMs) : message.waitedMs;
                    return object;
                };

                WaitingGang.prototype.toJSON = function() {
                    return WaitingGang.toObject(this, $protobuf.util.toJSONOptions);
                };

                return WaitingGang;
            })();

            v1.DrainTrainerRequest = (function() {

                const DrainTrainerRequest = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                DrainTrainerRequest.prototype.trainerId = "";
                DrainTrainerRequest.prototype.reason = "";

                DrainTrainerRequest.create = function(properties) {
                    return new DrainTrainerRequest(properties);
                };

                DrainTrainerRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.trainerId != null && $Object.hasOwnProperty.call(message, "trainerId") && message.trainerId !== "")
                        writer.uint32(10).string(message.trainerId);
                    if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                        writer.uint32(18).string(message.reason);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                DrainTrainerRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.fleet.v1.DrainTrainerRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.trainerId = value;
                                else
                                    delete message.trainerId;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.reason = value;
                                else
                                    delete message.reason;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                DrainTrainerRequest.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.fleet.v1.DrainTrainerRequest)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.fleet.v1.DrainTrainerRequest: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.fleet.v1.DrainTrainerRequest();
                    if (object.trainerId != null)
                        if (typeof object.trainerId !== "string" || object.trainerId.length)
                            message.trainerId = $String(object.trainerId);
                    if (object.reason != null)
                        if (typeof object.reason !== "string" || object.reason.length)
                            message.reason = $String(object.reason);
                    return message;
                };

                DrainTrainerRequest.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.trainerId = "";
                        object.reason = "";
                    }
                    if (message.trainerId != null && $Object.hasOwnProperty.call(message, "trainerId"))
                        object.trainerId = message.trainerId;
                    if (message.reason != null && $Object.hasOwnProperty.call(message, "reason"))
                        object.reason = message.reason;
                    return object;
                };

                DrainTrainerRequest.prototype.toJSON = function() {
                    return DrainTrainerRequest.toObject(this, $protobuf.util.toJSONOptions);
                };

                return DrainTrainerRequest;
            })();

            v1.DrainTrainerResponse = (function() {

                const DrainTrainerResponse = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                DrainTrainerResponse.create = function(properties) {
                    return new DrainTrainerResponse(properties);
                };

                DrainTrainerResponse.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                DrainTrainerResponse.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.fleet.v1.DrainTrainerResponse();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        reader.skipType(tag & 7, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                DrainTrainerResponse.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.fleet.v1.DrainTrainerResponse)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.fleet.v1.DrainTrainerResponse: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    return new $root.ovis.fleet.v1.DrainTrainerResponse();
                };

                DrainTrainerResponse.toObject = function () {
                    return {};
                };

                DrainTrainerResponse.prototype.toJSON = function() {
                    return DrainTrainerResponse.toObject(this, $protobuf.util.toJSONOptions);
                };

                return DrainTrainerResponse;
            })();

            v1.Trainer = (function() {

                const Trainer = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Trainer.prototype.registration = null;
                Trainer.prototype.heartbeat = null;
                Trainer.prototype.connected = false;
                Trainer.prototype.silentMs = 0;
                Trainer.prototype.leaseRunId = "";
                Trainer.prototype.stragglerScore = 0;

                Trainer.create = function(properties) {
                    return new Trainer(properties);
                };

                Trainer.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.registration != null && $Object.hasOwnProperty.call(message, "registration"))
                        $root.ovis.fleet.v1.Registration.encode(message.registration, writer.uint32(10).fork(), _depth + 1).ldelim();
                    if (message.heartbeat != null && $Object.hasOwnProperty.call(message, "heartbeat"))
                        $root.ovis.fleet.v1.Heartbeat.encode(message.heartbeat, writer.uint32(18).fork(), _depth + 1).ldelim();
                    if (message.connected != null && $Object.hasOwnProperty.call(message, "connected") && message.connected !== false)
                        writer.uint32(24).bool(message.connected);
                    if (message.silentMs != null && $Object.hasOwnProperty.call(message, "silentMs") && !$Object.is(message.silentMs, 0))
                        writer.uint32(33).double(message.silentMs);
                    if (message.leaseRunId != null && $Object.hasOwnProperty.call(message, "leaseRunId") && message.leaseRunId !== "")
                        writer.uint32(42).string(message.leaseRunId);
                    if (message.stragglerScore != null && $Object.hasOwnProperty.call(message, "stragglerScore") && !$Object.is(message.stragglerScore, 0))
                        writer.uint32(49).double(message.stragglerScore);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Trainer.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.fleet.v1.Trainer();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                message.registration = $root.ovis.fleet.v1.Registration.decode(reader, reader.size(), $undefined, _depth + 1, message.registration);
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                message.heartbeat = $root.ovis.fleet.v1.Heartbeat.decode(reader, reader.size(), $undefined, _depth + 1, message.heartbeat);
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.bool())
                                    message.connected = value;
                                else
                                    delete message.connected;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.silentMs = value;
                                else
                                    delete message.silentMs;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.leaseRunId = value;
                                else
                                    delete message.leaseRunId;
                                continue;
                            }
                        case 6: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.stragglerScore = value;
                                else
                                    delete message.stragglerScore;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                Trainer.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.fleet.v1.Trainer)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.fleet.v1.Trainer: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.fleet.v1.Trainer();
                    if (object.registration != null) {
                        if (!$util.isObject(object.registration))
                            throw $TypeError(".ovis.fleet.v1.Trainer.registration: object expected");
                        message.registration = $root.ovis.fleet.v1.Registration.fromObject(object.registration, _depth + 1);
                    }
                    if (object.heartbeat != null) {
                        if (!$util.isObject(object.heartbeat))
                            throw $TypeError(".ovis.fleet.v1.Trainer.heartbeat: object expected");
                        message.heartbeat = $root.ovis.fleet.v1.Heartbeat.fromObject(object.heartbeat, _depth + 1);
                    }
                    if (object.connected != null)
                        if (object.connected)
                            message.connected = $Boolean(object.connected);
                    if (object.silentMs != null)
                        if (!$Object.is($Number(object.silentMs), 0))
                            message.silentMs = $Number(object.silentMs);
                    if (object.leaseRunId != null)
                        if (typeof object.leaseRunId !== "string" || object.leaseRunId.length)
                            message.leaseRunId = $String(object.leaseRunId);
                    if (object.stragglerScore != null)
                        if (!$Object.is($Number(object.stragglerScore), 0))
                            message.stragglerScore = $Number(object.stragglerScore);
                    return message;
                };

                Trainer.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.registration = null;
                        object.heartbeat = null;
                        object.connected = false;
                        object.silentMs = 0;
                        object.leaseRunId = "";
                        object.stragglerScore = 0;
                    }
                    if (message.registration != null && $Object.hasOwnProperty.call(message, "registration"))
                        object.registration = $root.ovis.fleet.v1.Registration.toObject(message.registration, options, _depth + 1);
                    if (message.heartbeat != null && $Object.hasOwnProperty.call(message, "heartbeat"))
                        object.heartbeat = $root.ovis.fleet.v1.Heartbeat.toObject(message.heartbeat, options, _depth + 1);
                    if (message.connected != null && $Object.hasOwnProperty.call(message, "connected"))
                        object.connected = message.connected;
                    if (message.silentMs != null && $Object.hasOwnProperty.call(message, "silentMs"))
                        object.silentMs = options.json && !$isFinite(message.silentMs) ? $String(message.silentMs) : message.silentMs;
                    if (message.leaseRunId != null && $Object.hasOwnProperty.call(message, "leaseRunId"))
                        object.leaseRunId = message.leaseRunId;
                    if (message.stragglerScore != null && $Object.hasOwnProperty.call(message, "stragglerScore"))
                        object.stragglerScore = options.json && !$isFinite(message.stragglerScore) ? $String(message.stragglerScore) : message.stragglerScore;
                    return object;
                };

                Trainer.prototype.toJSON = function() {
                    return Trainer.toObject(this, $protobuf.util.toJSONOptions);
                };

                return Trainer;
            })();

            v1.WatchRunRequest = (function() {

                const WatchRunRequest = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                WatchRunRequest.prototype.runId = "";

                WatchRunRequest.create = function(properties) {
                    return new WatchRunRequest(properties);
                };

                WatchRunRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId") && message.runId !== "")
                        writer.uint32(10).string(message.runId);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                WatchRunRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.fleet.v1.WatchRunRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.runId = value;
                                else
                                    delete message.runId;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                WatchRunRequest.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.fleet.v1.WatchRunRequest)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.fleet.v1.WatchRunRequest: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.fleet.v1.WatchRunRequest();
                    if (object.runId != null)
                        if (typeof object.runId !== "string" || object.runId.length)
                            message.runId = $String(object.runId);
                    return message;
                };

                WatchRunRequest.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults)
                        object.runId = "";
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId"))
                        object.runId = message.runId;
                    return object;
                };

                WatchRunRequest.prototype.toJSON = function() {
                    return WatchRunRequest.toObject(this, $protobuf.util.toJSONOptions);
                };

                return WatchRunRequest;
            })();

            v1.RunEvent = (function() {

                const RunEvent = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                RunEvent.prototype.runId = "";
                RunEvent.prototype.trainerId = "";
                RunEvent.prototype.rank = 0;
                RunEvent.prototype.stage = null;
                RunEvent.prototype.evaluate = null;
                RunEvent.prototype.note = null;

                let $oneOfFields;

                $Object.defineProperty(RunEvent.prototype, "event", {
                    get: $util.oneOfGetter($oneOfFields = ["stage", "evaluate", "note"]),
                    set: $util.oneOfSetter($oneOfFields)
                });

                RunEvent.create = function(properties) {
                    return new RunEvent(properties);
                };

                RunEvent.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId") && message.runId !== "")
                        writer.uint32(10).string(message.runId);
                    if (message.trainerId != null && $Object.hasOwnProperty.call(message, "trainerId") && message.trainerId !== "")
                        writer.uint32(18).string(message.trainerId);
                    if (message.rank != null && $Object.hasOwnProperty.call(message, "rank") && message.rank !== 0)
                        writer.uint32(24).uint32(message.rank);
                    if (message.stage != null && $Object.hasOwnProperty.call(message, "stage"))
                        $root.ovis.trainer.v1.StageEvent.encode(message.stage, writer.uint32(82).fork(), _depth + 1).ldelim();
                    if (message.evaluate != null && $Object.hasOwnProperty.call(message, "evaluate"))
                        $root.ovis.trainer.v1.EvaluateEvent.encode(message.evaluate, writer.uint32(90).fork(), _depth + 1).ldelim();
                    if (message.note != null && $Object.hasOwnProperty.call(message, "note"))
                        $root.ovis.fleet.v1.RunNote.encode(message.note, writer.uint32(98).fork(), _depth + 1).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                RunEvent.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.fleet.v1.RunEvent();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.runId = value;
                                else
                                    delete message.runId;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.trainerId = value;
                                else
                                    delete message.trainerId;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.rank = value;
                                else
                                    delete message.rank;
                                continue;
                            }
                        case 10: {
                                if (wireType !== 2)
                                    break;
                                message.stage = $root.ovis.trainer.v1.StageEvent.decode(reader, reader.size(), $undefined, _depth + 1, message.stage);
                                message.event = "stage";
                                continue;
                            }
                        case 11: {
                                if (wireType !== 2)
                                    break;
                                message.evaluate = $root.ovis.trainer.v1.EvaluateEvent.decode(reader, reader.size(), $undefined, _depth + 1, message.evaluate);
                                message.event = "evaluate";
                                continue;
                            }
                        case 12: {
                                if (wireType !== 2)
                                    break;
                                message.note = $root.ovis.fleet.v1.RunNote.decode(reader, reader.size(), $undefined, _depth + 1, message.note);
                                message.event = "note";
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                RunEvent.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.fleet.v1.RunEvent)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.fleet.v1.RunEvent: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.fleet.v1.RunEvent();
                    if (object.runId != null)
                        if (typeof object.runId !== "string" || object.runId.length)
                            message.runId = $String(object.runId);
                    if (object.trainerId != null)
                        if (typeof object.trainerId !== "string" || object.trainerId.length)
                            message.trainerId = $String(object.trainerId);
                    if (object.rank != null)
                        if ($Number(object.rank) !== 0)
                            message.rank = object.rank >>> 0;
                    if (object.stage != null) {
                        if (!$util.isObject(object.stage))
                            throw $TypeError(".ovis.fleet.v1.RunEvent.stage: object expected");
                        message.stage = $root.ovis.trainer.v1.StageEvent.fromObject(object.stage, _depth + 1);
                    }
                    if (object.evaluate != null) {
                        if (!$util.isObject(object.evaluate))
                            throw $TypeError(".ovis.fleet.v1.RunEvent.evaluate: object expected");
                        message.evaluate = $root.ovis.trainer.v1.EvaluateEvent.fromObject(object.evaluate, _depth + 1);
                    }
                    if (object.note != null) {
                        if (!$util.isObject(object.note))
                            throw $TypeError(".ovis.fleet.v1.RunEvent.note: object expected");
                        message.note = $root.ovis.fleet.v1.RunNote.fromObject(object.note, _depth + 1);
                    }
                    return message;
                };

                RunEvent.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.runId = "";
                        object.trainerId = "";
                        object.rank = 0;
                    }
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId"))
                        object.runId = message.runId;
                    if (message.trainerId != null && $Object.hasOwnProperty.call(message, "trainerId"))
                        object.trainerId = message.trainerId;
                    if (message.rank != null && $Object.hasOwnProperty.call(message, "rank"))
                        object.rank = message.rank;
                    if (message.stage != null && $Object.hasOwnProperty.call(message, "stage")) {
                        object.stage = $root.ovis.trainer.v1.StageEvent.toObject(message.stage, options, _depth + 1);
                        if (options.oneofs)
                            object.event = "stage";
                    }
                    if (message.evaluate != null && $Object.hasOwnProperty.call(message, "evaluate")) {
                        object.evaluate = $root.ovis.trainer.v1.EvaluateEvent.toObject(message.evaluate, options, _depth + 1);
                        if (options.oneofs)
                            object.event = "evaluate";
                    }
                    if (message.note != null && $Object.hasOwnProperty.call(message, "note")) {
                        object.note = $root.ovis.fleet.v1.RunNote.toObject(message.note, options, _depth + 1);
                        if (options.oneofs)
                            object.event = "note";
                    }
                    return object;
                };

                RunEvent.prototype.toJSON = function() {
                    return RunEvent.toObject(this, $protobuf.util.toJSONOptions);
                };

                return RunEvent;
            })();

            v1.RunNote = (function() {

                const RunNote = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                RunNote.prototype.level = "";
                RunNote.prototype.message = "";
                RunNote.prototype.final = false;

                RunNote.create = function(properties) {
                    return new RunNote(properties);
                };

                RunNote.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.level != null && $Object.hasOwnProperty.call(message, "level") && message.level !== "")
                        writer.uint32(10).string(message.level);
                    if (message.message != null && $Object.hasOwnProperty.call(message, "message") && message.message !== "")
                        writer.uint32(18).string(message.message);
                    if (message.final != null && $Object.hasOwnProperty.call(message, "final") && message.final !== false)
                        writer.uint32(24).bool(message.final);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                RunNote.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.fleet.v1.RunNote();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.level = value;
                                else
                                    delete message.level;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.message = value;
                                else
                                    delete message.message;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.bool())
                                    message.final = value;
                                else
                                    delete message.final;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                RunNote.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.fleet.v1.RunNote)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.fleet.v1.RunNote: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.fleet.v1.RunNote();
                    if (object.level != null)
                        if (typeof object.level !== "string" || object.level.length)
                            message.level = $String(object.level);
                    if (object.message != null)
                        if (typeof object.message !== "string" || object.message.length)
                            message.message = $String(object.message);
                    if (object.final != null)
                        if (object.final)
                            message.final = $Boolean(object.final);
                    return message;
                };

                RunNote.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.level = "";
                        object.message = "";
                        object.final = false;
                    }
                    if (message.level != null && $Object.hasOwnProperty.call(message, "level"))
                        object.level = message.level;
                    if (message.message != null && $Object.hasOwnProperty.call(message, "message"))
                        object.message = message.message;
                    if (message.final != null && $Object.hasOwnProperty.call(message, "final"))
                        object.final = message.final;
                    return object;
                };

                RunNote.prototype.toJSON = function() {
                    return RunNote.toObject(this, $protobuf.util.toJSONOptions);
                };

                return RunNote;
            })();

            return v1;
        })();

        return fleet;
    })();

    ovis.trainer = (function() {

        const trainer = {};

        trainer.v1 = (function() {

            const v1 = {};

            v1.TrainerService = (function() {

                const TrainerService = function(rpcImpl, requestDelimited, responseDelimited) {
                    $protobuf.rpc.Service.call(this, rpcImpl, requestDelimited, responseDelimited);
                };

                $Object.defineProperty(TrainerService.prototype = $Object.create($protobuf.rpc.Service.prototype), "constructor", { value: TrainerService, writable: true, enumerable: false, configurable: true });

                TrainerService.create = function(rpcImpl, requestDelimited, responseDelimited) {
                    return new this(rpcImpl, requestDelimited, responseDelimited);
                };



                $Object.defineProperties(TrainerService.prototype.reserve = function(request, callback) {
                    return $protobuf.rpc.Service.prototype.rpcCall.call(this, TrainerService.prototype.reserve, $root.ovis.trainer.v1.ReserveRequest, $root.ovis.trainer.v1.ReserveResponse, request, callback);
                }, {
                    name: { value: "Reserve" },
                    path: { value: "/ovis.trainer.v1.TrainerService/Reserve" },
                    requestType: { value: "ReserveRequest" },
                    responseType: { value: "ReserveResponse" },
                    requestStream: { value: $undefined },
                    responseStream: { value: $undefined }
                });



                $Object.defineProperties(TrainerService.prototype.release = function(request, callback) {
                    return $protobuf.rpc.Service.prototype.rpcCall.call(this, TrainerService.prototype.release, $root.ovis.trainer.v1.ReleaseRequest, $root.ovis.trainer.v1.ReleaseResponse, request, callback);
                }, {
                    name: { value: "Release" },
                    path: { value: "/ovis.trainer.v1.TrainerService/Release" },
                    requestType: { value: "ReleaseRequest" },
                    responseType: { value: "ReleaseResponse" },
                    requestStream: { value: $undefined },
                    responseStream: { value: $undefined }
                });



                $Object.defineProperties(TrainerService.prototype.runStage = function(request, callback) {
                    return $protobuf.rpc.Service.prototype.rpcCall.call(this, TrainerService.prototype.runStage, $root.ovis.trainer.v1.RunStageRequest, $root.ovis.trainer.v1.StageEvent, request, callback);
                }, {
                    name: { value: "RunStage" },
                    path: { value: "/ovis.trainer.v1.TrainerService/RunStage" },
                    requestType: { value: "RunStageRequest" },
                    responseType: { value: "StageEvent" },
                    requestStream: { value: $undefined },
                    responseStream: { value: true }
                });



                $Object.defineProperties(TrainerService.prototype.prepare = function(request, callback) {
                    return $protobuf.rpc.Service.prototype.rpcCall.call(this, TrainerService.prototype.prepare, $root.ovis.trainer.v1.PrepareRequest, $root.ovis.trainer.v1.PrepareResponse, request, callback);
                }, {
                    name: { value: "Prepare" },
                    path: { value: "/ovis.trainer.v1.TrainerService/Prepare" },
                    requestType: { value: "PrepareRequest" },
                    responseType: { value: "PrepareResponse" },
                    requestStream: { value: $undefined },
                    responseStream: { value: $undefined }
                });



                $Object.defineProperties(TrainerService.prototype.attach = function(request, callback) {
                    return $protobuf.rpc.Service.prototype.rpcCall.call(this, TrainerService.prototype.attach, $root.ovis.trainer.v1.AttachRequest, $root.ovis.trainer.v1.StageEvent, request, callback);
                }, {
                    name: { value: "Attach" },
                    path: { value: "/ovis.trainer.v1.TrainerService/Attach" },
                    requestType: { value: "AttachRequest" },
                    responseType: { value: "StageEvent" },
                    requestStream: { value: $undefined },
                    responseStream: { value: true }
                });



                $Object.defineProperties(TrainerService.prototype.stop = function(request, callback) {
                    return $protobuf.rpc.Service.prototype.rpcCall.call(this, TrainerService.prototype.stop, $root.ovis.trainer.v1.StopRequest, $root.ovis.trainer.v1.StopResponse, request, callback);
                }, {
                    name: { value: "Stop" },
                    path: { value: "/ovis.trainer.v1.TrainerService/Stop" },
                    requestType: { value: "StopRequest" },
                    responseType: { value: "StopResponse" },
                    requestStream: { value: $undefined },
                    responseStream: { value: $undefined }
                });



                $Object.defineProperties(TrainerService.prototype.evaluate = function(request, callback) {
                    return $protobuf.rpc.Service.prototype.rpcCall.call(this, TrainerService.prototype.evaluate, $root.ovis.trainer.v1.EvaluateRequest, $root.ovis.trainer.v1.EvaluateEvent, request, callback);
                }, {
                    name: { value: "Evaluate" },
                    path: { value: "/ovis.trainer.v1.TrainerService/Evaluate" },
                    requestType: { value: "EvaluateRequest" },
                    responseType: { value: "EvaluateEvent" },
                    requestStream: { value: $undefined },
                    responseStream: { value: true }
                });



                $Object.defineProperties(TrainerService.prototype.getStatus = function(request, callback) {
                    return $protobuf.rpc.Service.prototype.rpcCall.call(this, TrainerService.prototype.getStatus, $root.ovis.trainer.v1.GetStatusRequest, $root.ovis.trainer.v1.GetStatusResponse, request, callback);
                }, {
                    name: { value: "GetStatus" },
                    path: { value: "/ovis.trainer.v1.TrainerService/GetStatus" },
                    requestType: { value: "GetStatusRequest" },
                    responseType: { value: "GetStatusResponse" },
                    requestStream: { value: $undefined },
                    responseStream: { value: $undefined }
                });



                $Object.defineProperties(TrainerService.prototype.diagnose = function(request, callback) {
                    return $protobuf.rpc.Service.prototype.rpcCall.call(this, TrainerService.prototype.diagnose, $root.ovis.trainer.v1.DiagnoseRequest, $root.ovis.trainer.v1.DiagnoseResponse, request, callback);
                }, {
                    name: { value: "Diagnose" },
                    path: { value: "/ovis.trainer.v1.TrainerService/Diagnose" },
                    requestType: { value: "DiagnoseRequest" },
                    responseType: { value: "DiagnoseResponse" },
                    requestStream: { value: $undefined },
                    responseStream: { value: $undefined }
                });

                return TrainerService;
            })();

            v1.TrainerState = (function() {
                const valuesById = $Object.create(null), values = $Object.create(valuesById);
                values[valuesById[0] = "TRAINER_STATE_UNSPECIFIED"] = 0;
                values[valuesById[1] = "TRAINER_STATE_IDLE"] = 1;
                values[valuesById[2] = "TRAINER_STATE_BUSY"] = 2;
                values[valuesById[3] = "TRAINER_STATE_DRAINING"] = 3;
                return values;
            })();

            v1.StagePhase = (function() {
                const valuesById = $Object.create(null), values = $Object.create(valuesById);
                values[valuesById[0] = "STAGE_PHASE_UNSPECIFIED"] = 0;
                values[valuesById[1] = "STAGE_PHASE_LOADING"] = 1;
                values[valuesById[2] = "STAGE_PHASE_COMPILING"] = 2;
                values[valuesById[3] = "STAGE_PHASE_TRAINING"] = 3;
                values[valuesById[4] = "STAGE_PHASE_CHECKPOINTING"] = 4;
                return values;
            })();

            v1.ReserveRequest = (function() {

                const ReserveRequest = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                ReserveRequest.prototype.runId = "";
                ReserveRequest.prototype.gangId = "";
                ReserveRequest.prototype.generation = 0;

                ReserveRequest.create = function(properties) {
                    return new ReserveRequest(properties);
                };

                ReserveRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId") && message.runId !== "")
                        writer.uint32(10).string(message.runId);
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId") && message.gangId !== "")
                        writer.uint32(18).string(message.gangId);
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation") && message.generation !== 0)
                        writer.uint32(24).uint32(message.generation);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                ReserveRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.ReserveRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.runId = value;
                                else
                                    delete message.runId;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.gangId = value;
                                else
                                    delete message.gangId;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.generation = value;
                                else
                                    delete message.generation;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                ReserveRequest.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.ReserveRequest)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.ReserveRequest: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.ReserveRequest();
                    if (object.runId != null)
                        if (typeof object.runId !== "string" || object.runId.length)
                            message.runId = $String(object.runId);
                    if (object.gangId != null)
                        if (typeof object.gangId !== "string" || object.gangId.length)
                            message.gangId = $String(object.gangId);
                    if (object.generation != null)
                        if ($Number(object.generation) !== 0)
                            message.generation = object.generation >>> 0;
                    return message;
                };

                ReserveRequest.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.runId = "";
                        object.gangId = "";
                        object.generation = 0;
                    }
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId"))
                        object.runId = message.runId;
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId"))
                        object.gangId = message.gangId;
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation"))
                        object.generation = message.generation;
                    return object;
                };

                ReserveRequest.prototype.toJSON = function() {
                    return ReserveRequest.toObject(this, $protobuf.util.toJSONOptions);
                };

                return ReserveRequest;
            })();

            v1.ReserveResponse = (function() {

                const ReserveResponse = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                ReserveResponse.prototype.held = null;

                ReserveResponse.create = function(properties) {
                    return new ReserveResponse(properties);
                };

                ReserveResponse.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.held != null && $Object.hasOwnProperty.call(message, "held"))
                        $root.ovis.trainer.v1.HeldStage.encode(message.held, writer.uint32(10).fork(), _depth + 1).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                ReserveResponse.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.ReserveResponse();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                message.held = $root.ovis.trainer.v1.HeldStage.decode(reader, reader.size(), $undefined, _depth + 1, message.held);
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                ReserveResponse.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.ReserveResponse)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.ReserveResponse: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.ReserveResponse();
                    if (object.held != null) {
                        if (!$util.isObject(object.held))
                            throw $TypeError(".ovis.trainer.v1.ReserveResponse.held: object expected");
                        message.held = $root.ovis.trainer.v1.HeldStage.fromObject(object.held, _depth + 1);
                    }
                    return message;
                };

                ReserveResponse.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults)
                        object.held = null;
                    if (message.held != null && $Object.hasOwnProperty.call(message, "held"))
                        object.held = $root.ovis.trainer.v1.HeldStage.toObject(message.held, options, _depth + 1);
                    return object;
                };

                ReserveResponse.prototype.toJSON = function() {
                    return ReserveResponse.toObject(this, $protobuf.util.toJSONOptions);
                };

                return ReserveResponse;
            })();

            v1.ReleaseRequest = (function() {

                const ReleaseRequest = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                ReleaseRequest.prototype.gangId = "";
                ReleaseRequest.prototype.generation = 0;
                ReleaseRequest.prototype.reason = "";

                ReleaseRequest.create = function(properties) {
                    return new ReleaseRequest(properties);
                };

                ReleaseRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId") && message.gangId !== "")
                        writer.uint32(10).string(message.gangId);
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation") && message.generation !== 0)
                        writer.uint32(16).uint32(message.generation);
                    if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                        writer.uint32(26).string(message.reason);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                ReleaseRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.ReleaseRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.gangId = value;
                                else
                                    delete message.gangId;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.generation = value;
                                else
                                    delete message.generation;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.reason = value;
                                else
                                    delete message.reason;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                ReleaseRequest.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.ReleaseRequest)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.ReleaseRequest: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.ReleaseRequest();
                    if (object.gangId != null)
                        if (typeof object.gangId !== "string" || object.gangId.length)
                            message.gangId = $String(object.gangId);
                    if (object.generation != null)
                        if ($Number(object.generation) !== 0)
                            message.generation = object.generation >>> 0;
                    if (object.reason != null)
                        if (typeof object.reason !== "string" || object.reason.length)
                            message.reason = $String(object.reason);
                    return message;
                };

                ReleaseRequest.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.gangId = "";
                        object.generation = 0;
                        object.reason = "";
                    }
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId"))
                        object.gangId = message.gangId;
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation"))
                        object.generation = message.generation;
                    if (message.reason != null && $Object.hasOwnProperty.call(message, "reason"))
                        object.reason = message.reason;
                    return object;
                };

                ReleaseRequest.prototype.toJSON = function() {
                    return ReleaseRequest.toObject(this, $protobuf.util.toJSONOptions);
                };

                return ReleaseRequest;
            })();

            v1.ReleaseResponse = (function() {

                const ReleaseResponse = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                ReleaseResponse.prototype.released = false;

                ReleaseResponse.create = function(properties) {
                    return new ReleaseResponse(properties);
                };

                ReleaseResponse.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.released != null && $Object.hasOwnProperty.call(message, "released") && message.released !== false)
                        writer.uint32(8).bool(message.released);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                ReleaseResponse.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.ReleaseResponse();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.bool())
                                    message.released = value;
                                else
                                    delete message.released;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                ReleaseResponse.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.ReleaseResponse)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.ReleaseResponse: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.ReleaseResponse();
                    if (object.released != null)
                        if (object.released)
                            message.released = $Boolean(object.released);
                    return message;
                };

                ReleaseResponse.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults)
                        object.released = false;
                    if (message.released != null && $Object.hasOwnProperty.call(message, "released"))
                        object.released = message.released;
                    return object;
                };

                ReleaseResponse.prototype.toJSON = function() {
                    return ReleaseResponse.toObject(this, $protobuf.util.toJSONOptions);
                };

                return ReleaseResponse;
            })();

            v1.HeldStage = (function() {

                const HeldStage = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                HeldStage.prototype.runId = "";
                HeldStage.prototype.gangId = "";
                HeldStage.prototype.stage = 0;
                HeldStage.prototype.step = 0;
                HeldStage.prototype.bytes = 0;

                HeldStage.create = function(properties) {
                    return new HeldStage(properties);
                };

                HeldStage.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId") && message.runId !== "")
                        writer.uint32(10).string(message.runId);
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId") && message.gangId !== "")
                        writer.uint32(18).string(message.gangId);
                    if (message.stage != null && $Object.hasOwnProperty.call(message, "stage") && message.stage !== 0)
                        writer.uint32(24).uint32(message.stage);
                    if (message.step != null && $Object.hasOwnProperty.call(message, "step") && message.step !== 0)
                        writer.uint32(32).uint32(message.step);
                    if (message.bytes != null && $Object.hasOwnProperty.call(message, "bytes") && !$Object.is(message.bytes, 0))
                        writer.uint32(41).double(message.bytes);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                HeldStage.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.HeldStage();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.runId = value;
                                else
                                    delete message.runId;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.gangId = value;
                                else
                                    delete message.gangId;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.stage = value;
                                else
                                    delete message.stage;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.step = value;
                                else
                                    delete message.step;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.bytes = value;
                                else
                                    delete message.bytes;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                HeldStage.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.HeldStage)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.HeldStage: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.HeldStage();
                    if (object.runId != null)
                        if (typeof object.runId !== "string" || object.runId.length)
                            message.runId = $String(object.runId);
                    if (object.gangId != null)
                        if (typeof object.gangId !== "string" || object.gangId.length)
                            message.gangId = $String(object.gangId);
                    if (object.stage != null)
                        if ($Number(object.stage) !== 0)
                            message.stage = object.stage >>> 0;
                    if (object.step != null)
                        if ($Number(object.step) !== 0)
                            message.step = object.step >>> 0;
                    if (object.bytes != null)
                        if (!$Object.is($Number(object.bytes), 0))
                            message.bytes = $Number(object.bytes);
                    return message;
                };

                HeldStage.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.runId = "";
                        object.gangId = "";
                        object.stage = 0;
                        object.step = 0;
                        object.bytes = 0;
                    }
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId"))
                        object.runId = message.runId;
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId"))
                        object.gangId = message.gangId;
                    if (message.stage != null && $Object.hasOwnProperty.call(message, "stage"))
                        object.stage = message.stage;
                    if (message.step != null && $Object.hasOwnProperty.call(message, "step"))
                        object.step = message.step;
                    if (message.bytes != null && $Object.hasOwnProperty.call(message, "bytes"))
                        object.bytes = options.json && !$isFinite(message.bytes) ? $String(message.bytes) : message.bytes;
                    return object;
                };

                HeldStage.prototype.toJSON = function() {
                    return HeldStage.toObject(this, $protobuf.util.toJSONOptions);
                };

                return HeldStage;
            })();

            v1.RunStageRequest = (function() {

                const RunStageRequest = function (properties) {
                    this.collectiveAddresses = [];
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                RunStageRequest.prototype.runId = "";
                RunStageRequest.prototype.gangId = "";
                RunStageRequest.prototype.generation = 0;
                RunStageRequest.prototype.rank = 0;
                RunStageRequest.prototype.world = 0;
                RunStageRequest.prototype.collectiveAddresses = $util.emptyArray;
                RunStageRequest.prototype.stage = 0;
                RunStageRequest.prototype.runConfigJson = "";
                RunStageRequest.prototype.checkpointUrl = "";
                RunStageRequest.prototype.initial = false;
                RunStageRequest.prototype.attempt = 0;
                RunStageRequest.prototype.startStep = 0;
                RunStageRequest.prototype.acceptChanges = false;

                RunStageRequest.create = function(properties) {
                    return new RunStageRequest(properties);
                };

                RunStageRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId") && message.runId !== "")
                        writer.uint32(10).string(message.runId);
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId") && message.gangId !== "")
                        writer.uint32(18).string(message.gangId);
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation") && message.generation !== 0)
                        writer.uint32(24).uint32(message.generation);
                    if (message.rank != null && $Object.hasOwnProperty.call(message, "rank") && message.rank !== 0)
                        writer.uint32(32).uint32(message.rank);
                    if (message.world != null && $Object.hasOwnProperty.call(message, "world") && message.world !== 0)
                        writer.uint32(40).uint32(message.world);
                    if (message.collectiveAddresses != null && message.collectiveAddresses.length)
                        for (let i = 0; i < message.collectiveAddresses.length; ++i)
                            writer.uint32(50).string(message.collectiveAddresses[i]);
                    if (message.stage != null && $Object.hasOwnProperty.call(message, "stage") && message.stage !== 0)
                        writer.uint32(56).uint32(message.stage);
                    if (message.runConfigJson != null && $Object.hasOwnProperty.call(message, "runConfigJson") && message.runConfigJson !== "")
                        writer.uint32(66).string(message.runConfigJson);
                    if (message.checkpointUrl != null && $Object.hasOwnProperty.call(message, "checkpointUrl") && message.checkpointUrl !== "")
                        writer.uint32(74).string(message.checkpointUrl);
                    if (message.initial != null && $Object.hasOwnProperty.call(message, "initial") && message.initial !== false)
                        writer.uint32(80).bool(message.initial);
                    if (message.attempt != null && $Object.hasOwnProperty.call(message, "attempt") && message.attempt !== 0)
                        writer.uint32(88).uint32(message.attempt);
                    if (message.startStep != null && $Object.hasOwnProperty.call(message, "startStep") && message.startStep !== 0)
                        writer.uint32(96).uint32(message.startStep);
                    if (message.acceptChanges != null && $Object.hasOwnProperty.call(message, "acceptChanges") && message.acceptChanges !== false)
                        writer.uint32(104).bool(message.acceptChanges);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                RunStageRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.RunStageRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.runId = value;
                                else
                                    delete message.runId;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.gangId = value;
                                else
                                    delete message.gangId;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.generation = value;
                                else
                                    delete message.generation;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.rank = value;
                                else
                                    delete message.rank;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.world = value;
                                else
                                    delete message.world;
                                continue;
                            }
                        case 6: {
                                if (wireType !== 2)
                                    break;
                                if (!(message.collectiveAddresses && message.collectiveAddresses.length))
                                    message.collectiveAddresses = [];
                                message.collectiveAddresses.push(reader.stringVerify());
                                continue;
                            }
                        case 7: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.stage = value;
                                else
                                    delete message.stage;
                                continue;
                            }
                        case 8: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.runConfigJson = value;
                                else
                                    delete message.runConfigJson;
                                continue;
                            }
                        case 9: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.checkpointUrl = value;
                                else
                                    delete message.checkpointUrl;
                                continue;
                            }
                        case 10: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.bool())
                                    message.initial = value;
                                else
                                    delete message.initial;
                                continue;
                            }
                        case 11: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.attempt = value;
                                else
                                    delete message.attempt;
                                continue;
                            }
                        case 12: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.startStep = value;
                                else
                                    delete message.startStep;
                                continue;
                            }
                        case 13: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.bool())
                                    message.acceptChanges = value;
                                else
                                    delete message.acceptChanges;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                RunStageRequest.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.RunStageRequest)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.RunStageRequest: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.RunStageRequest();
                    if (object.runId != null)
                        if (typeof object.runId !== "string" || object.runId.length)
                            message.runId = $String(object.runId);
                    if (object.gangId != null)
                        if (typeof object.gangId !== "string" || object.gangId.length)
                            message.gangId = $String(object.gangId);
                    if (object.generation != null)
                        if ($Number(object.generation) !== 0)
                            message.generation = object.generation >>> 0;
                    if (object.rank != null)
                        if ($Number(object.rank) !== 0)
                            message.rank = object.rank >>> 0;
                    if (object.world != null)
                        if ($Number(object.world) !== 0)
                            message.world = object.world >>> 0;
                    if (object.collectiveAddresses) {
                        if (!$Array.isArray(object.collectiveAddresses))
                            throw $TypeError(".ovis.trainer.v1.RunStageRequest.collectiveAddresses: array expected");
                        message.collectiveAddresses = $Array(object.collectiveAddresses.length);
                        for (let i = 0; i < object.collectiveAddresses.length; ++i)
                            message.collectiveAddresses[i] = $String(object.collectiveAddresses[i]);
                    }
                    if (object.stage != null)
                        if ($Number(object.stage) !== 0)
                            message.stage = object.stage >>> 0;
                    if (object.runConfigJson != null)
                        if (typeof object.runConfigJson !== "string" || object.runConfigJson.length)
                            message.runConfigJson = $String(object.runConfigJson);
                    if (object.checkpointUrl != null)
                        if (typeof object.checkpointUrl !== "string" || object.checkpointUrl.length)
                            message.checkpointUrl = $String(object.checkpointUrl);
                    if (object.initial != null)
                        if (object.initial)
                            message.initial = $Boolean(object.initial);
                    if (object.attempt != null)
                        if ($Number(object.attempt) !== 0)
                            message.attempt = object.attempt >>> 0;
                    if (object.startStep != null)
                        if ($Number(object.startStep) !== 0)
                            message.startStep = object.startStep >>> 0;
                    if (object.acceptChanges != null)
                        if (object.acceptChanges)
                            message.acceptChanges = $Boolean(object.acceptChanges);
                    return message;
                };

                RunStageRequest.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.arrays || options.defaults)
                        object.collectiveAddresses = [];
                    if (options.defaults) {
                        object.runId = "";
                        object.gangId = "";
                        object.generation = 0;
                        object.rank = 0;
                        object.world = 0;
                        object.stage = 0;
                        object.runConfigJson = "";
                        object.checkpointUrl = "";
                        object.initial = false;
                        object.attempt = 0;
                        object.startStep = 0;
                        object.acceptChanges = false;
                    }
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId"))
                        object.runId = message.runId;
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId"))
                        object.gangId = message.gangId;
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation"))
                        object.generation = message.generation;
                    if (message.rank != null && $Object.hasOwnProperty.call(message, "rank"))
                        object.rank = message.rank;
                    if (message.world != null && $Object.hasOwnProperty.call(message, "world"))
                        object.world = message.world;
                    if (message.collectiveAddresses && message.collectiveAddresses.length) {
                        object.collectiveAddresses = $Array(message.collectiveAddresses.length);
                        for (let j = 0; j < message.collectiveAddresses.length; ++j)
                            object.collectiveAddresses[j] = message.collectiveAddresses[j];
                    }
                    if (message.stage != null && $Object.hasOwnProperty.call(message, "stage"))
                        object.stage = message.stage;
                    if (message.runConfigJson != null && $Object.hasOwnProperty.call(message, "runConfigJson"))
                        object.runConfigJson = message.runConfigJson;
                    if (message.checkpointUrl != null && $Object.hasOwnProperty.call(message, "checkpointUrl"))
                        object.checkpointUrl = message.checkpointUrl;
                    if (message.initial != null && $Object.hasOwnProperty.call(message, "initial"))
                        object.initial = message.initial;
                    if (message.attempt != null && $Object.hasOwnProperty.call(message, "attempt"))
                        object.attempt = message.attempt;
                    if (message.startStep != null && $Object.hasOwnProperty.call(message, "startStep"))
                        object.startStep = message.startStep;
                    if (message.acceptChanges != null && $Object.hasOwnProperty.call(message, "acceptChanges"))
                        object.acceptChanges = message.acceptChanges;
                    return object;
                };

                RunStageRequest.prototype.toJSON = function() {
                    return RunStageRequest.toObject(this, $protobuf.util.toJSONOptions);
                };

                return RunStageRequest;
            })();

            v1.PrepareRequest = (function() {

                const PrepareRequest = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                PrepareRequest.prototype.runId = "";
                PrepareRequest.prototype.gangId = "";
                PrepareRequest.prototype.world = 0;
                PrepareRequest.prototype.stage = 0;
                PrepareRequest.prototype.runConfigJson = "";
                PrepareRequest.prototype.checkpointUrl = "";

                PrepareRequest.create = function(properties) {
                    return new PrepareRequest(properties);
                };

                PrepareRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId") && message.runId !== "")
                        writer.uint32(10).string(message.runId);
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId") && message.gangId !== "")
                        writer.uint32(18).string(message.gangId);
                    if (message.world != null && $Object.hasOwnProperty.call(message, "world") && message.world !== 0)
                        writer.uint32(24).uint32(message.world);
                    if (message.stage != null && $Object.hasOwnProperty.call(message, "stage") && message.stage !== 0)
                        writer.uint32(32).uint32(message.stage);
                    if (message.runConfigJson != null && $Object.hasOwnProperty.call(message, "runConfigJson") && message.runConfigJson !== "")
                        writer.uint32(42).string(message.runConfigJson);
                    if (message.checkpointUrl != null && $Object.hasOwnProperty.call(message, "checkpointUrl") && message.checkpointUrl !== "")
                        writer.uint32(50).string(message.checkpointUrl);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                PrepareRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.PrepareRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.runId = value;
                                else
                                    delete message.runId;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.gangId = value;
                                else
                                    delete message.gangId;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.world = value;
                                else
                                    delete message.world;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.stage = value;
                                else
                                    delete message.stage;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.runConfigJson = value;
                                else
                                    delete message.runConfigJson;
                                continue;
                            }
                        case 6: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.checkpointUrl = value;
                                else
                                    delete message.checkpointUrl;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                PrepareRequest.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.PrepareRequest)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.PrepareRequest: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.PrepareRequest();
                    if (object.runId != null)
                        if (typeof object.runId !== "string" || object.runId.length)
                            message.runId = $String(object.runId);
                    if (object.gangId != null)
                        if (typeof object.gangId !== "string" || object.gangId.length)
                            message.gangId = $String(object.gangId);
                    if (object.world != null)
                        if ($Number(object.world) !== 0)
                            message.world = object.world >>> 0;
                    if (object.stage != null)
                        if ($Number(object.stage) !== 0)
                            message.stage = object.stage >>> 0;
                    if (object.runConfigJson != null)
                        if (typeof object.runConfigJson !== "string" || object.runConfigJson.length)
                            message.runConfigJson = $String(object.runConfigJson);
                    if (object.checkpointUrl != null)
                        if (typeof object.checkpointUrl !== "string" || object.checkpointUrl.length)
                            message.checkpointUrl = $String(object.checkpointUrl);
                    return message;
                };

                PrepareRequest.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.runId = "";
                        object.gangId = "";
                        object.world = 0;
                        object.stage = 0;
                        object.runConfigJson = "";
                        object.checkpointUrl = "";
                    }
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId"))
                        object.runId = message.runId;
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId"))
                        object.gangId = message.gangId;
                    if (message.world != null && $Object.hasOwnProperty.call(message, "world"))
                        object.world = message.world;
                    if (message.stage != null && $Object.hasOwnProperty.call(message, "stage"))
                        object.stage = message.stage;
                    if (message.runConfigJson != null && $Object.hasOwnProperty.call(message, "runConfigJson"))
                        object.runConfigJson = message.runConfigJson;
                    if (message.checkpointUrl != null && $Object.hasOwnProperty.call(message, "checkpointUrl"))
                        object.checkpointUrl = message.checkpointUrl;
                    return object;
                };

                PrepareRequest.prototype.toJSON = function() {
                    return PrepareRequest.toObject(this, $protobuf.util.toJSONOptions);
                };

                return PrepareRequest;
            })();

            v1.PrepareResponse = (function() {

                const PrepareResponse = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                PrepareResponse.prototype.prepared = false;

                PrepareResponse.create = function(properties) {
                    return new PrepareResponse(properties);
                };

                PrepareResponse.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.prepared != null && $Object.hasOwnProperty.call(message, "prepared") && message.prepared !== false)
                        writer.uint32(8).bool(message.prepared);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                PrepareResponse.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.PrepareResponse();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.bool())
                                    message.prepared = value;
                                else
                                    delete message.prepared;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                PrepareResponse.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.PrepareResponse)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.PrepareResponse: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.PrepareResponse();
                    if (object.prepared != null)
                        if (object.prepared)
                            message.prepared = $Boolean(object.prepared);
                    return message;
                };

                PrepareResponse.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults)
                        object.prepared = false;
                    if (message.prepared != null && $Object.hasOwnProperty.call(message, "prepared"))
                        object.prepared = message.prepared;
                    return object;
                };

                PrepareResponse.prototype.toJSON = function() {
                    return PrepareResponse.toObject(this, $protobuf.util.toJSONOptions);
                };

                return PrepareResponse;
            })();

            v1.AttachRequest = (function() {

                const AttachRequest = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                AttachRequest.prototype.gangId = "";
                AttachRequest.prototype.generation = 0;

                AttachRequest.create = function(properties) {
                    return new AttachRequest(properties);
                };

                AttachRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId") && message.gangId !== "")
                        writer.uint32(10).string(message.gangId);
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation") && message.generation !== 0)
                        writer.uint32(16).uint32(message.generation);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                AttachRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.AttachRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.gangId = value;
                                else
                                    delete message.gangId;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.generation = value;
                                else
                                    delete message.generation;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                AttachRequest.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.AttachRequest)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.AttachRequest: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.AttachRequest();
                    if (object.gangId != null)
                        if (typeof object.gangId !== "string" || object.gangId.length)
                            message.gangId = $String(object.gangId);
                    if (object.generation != null)
                        if ($Number(object.generation) !== 0)
                            message.generation = object.generation >>> 0;
                    return message;
                };

                AttachRequest.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.gangId = "";
                        object.generation = 0;
                    }
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId"))
                        object.gangId = message.gangId;
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation"))
                        object.generation = message.generation;
                    return object;
                };

                AttachRequest.prototype.toJSON = function() {
                    return AttachRequest.toObject(this, $protobuf.util.toJSONOptions);
                };

                return AttachRequest;
            })();

            v1.StopRequest = (function() {

                const StopRequest = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                StopRequest.prototype.gangId = "";
                StopRequest.prototype.checkpoint = false;
                StopRequest.prototype.reason = "";
                StopRequest.prototype.hold = false;

                StopRequest.create = function(properties) {
                    return new StopRequest(properties);
                };

                StopRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId") && message.gangId !== "")
                        writer.uint32(10).string(message.gangId);
                    if (message.checkpoint != null && $Object.hasOwnProperty.call(message, "checkpoint") && message.checkpoint !== false)
                        writer.uint32(16).bool(message.checkpoint);
                    if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                        writer.uint32(26).string(message.reason);
                    if (message.hold != null && $Object.hasOwnProperty.call(message, "hold") && message.hold !== false)
                        writer.uint32(32).bool(message.hold);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                StopRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.StopRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.gangId = value;
                                else
                                    delete message.gangId;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.bool())
                                    message.checkpoint = value;
                                else
                                    delete message.checkpoint;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.reason = value;
                                else
                                    delete message.reason;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.bool())
                                    message.hold = value;
                                else
                                    delete message.hold;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                StopRequest.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.StopRequest)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.StopRequest: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.StopRequest();
                    if (object.gangId != null)
                        if (typeof object.gangId !== "string" || object.gangId.length)
                            message.gangId = $String(object.gangId);
                    if (object.checkpoint != null)
                        if (object.checkpoint)
                            message.checkpoint = $Boolean(object.checkpoint);
                    if (object.reason != null)
                        if (typeof object.reason !== "string" || object.reason.length)
                            message.reason = $String(object.reason);
                    if (object.hold != null)
                        if (object.hold)
                            message.hold = $Boolean(object.hold);
                    return message;
                };

                StopRequest.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.gangId = "";
                        object.checkpoint = false;
                        object.reason = "";
                        object.hold = false;
                    }
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId"))
                        object.gangId = message.gangId;
                    if (message.checkpoint != null && $Object.hasOwnProperty.call(message, "checkpoint"))
                        object.checkpoint = message.checkpoint;
                    if (message.reason != null && $Object.hasOwnProperty.call(message, "reason"))
                        object.reason = message.reason;
                    if (message.hold != null && $Object.hasOwnProperty.call(message, "hold"))
                        object.hold = message.hold;
                    return object;
                };

                StopRequest.prototype.toJSON = function() {
                    return StopRequest.toObject(this, $protobuf.util.toJSONOptions);
                };

                return StopRequest;
            })();

            v1.StopResponse = (function() {

                const StopResponse = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                StopResponse.prototype.stopped = false;
                StopResponse.prototype.checkpointUrl = "";

                StopResponse.create = function(properties) {
                    return new StopResponse(properties);
                };

                StopResponse.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.stopped != null && $Object.hasOwnProperty.call(message, "stopped") && message.stopped !== false)
                        writer.uint32(8).bool(message.stopped);
                    if (message.checkpointUrl != null && $Object.hasOwnProperty.call(message, "checkpointUrl") && message.checkpointUrl !== "")
                        writer.uint32(18).string(message.checkpointUrl);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                StopResponse.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.StopResponse();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.bool())
                                    message.stopped = value;
                                else
                                    delete message.stopped;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.checkpointUrl = value;
                                else
                                    delete message.checkpointUrl;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                StopResponse.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.StopResponse)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.StopResponse: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.StopResponse();
                    if (object.stopped != null)
                        if (object.stopped)
                            message.stopped = $Boolean(object.stopped);
                    if (object.checkpointUrl != null)
                        if (typeof object.checkpointUrl !== "string" || object.checkpointUrl.length)
                            message.checkpointUrl = $String(object.checkpointUrl);
                    return message;
                };

                StopResponse.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.stopped = false;
                        object.checkpointUrl = "";
                    }
                    if (message.stopped != null && $Object.hasOwnProperty.call(message, "stopped"))
                        object.stopped = message.stopped;
                    if (message.checkpointUrl != null && $Object.hasOwnProperty.call(message, "checkpointUrl"))
                        object.checkpointUrl = message.checkpointUrl;
                    return object;
                };

                StopResponse.prototype.toJSON = function() {
                    return StopResponse.toObject(this, $protobuf.util.toJSONOptions);
                };

                return StopResponse;
            })();

            v1.StageEvent = (function() {

                const StageEvent = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                StageEvent.prototype.stage = 0;
                StageEvent.prototype.generation = 0;
                StageEvent.prototype.rank = 0;
                StageEvent.prototype.atMs = 0;
                StageEvent.prototype.started = null;
                StageEvent.prototype.phase = null;
                StageEvent.prototype.step = null;
                StageEvent.prototype.checkpoint = null;
                StageEvent.prototype.done = null;
                StageEvent.prototype.failed = null;
                StageEvent.prototype.statistics = null;
                StageEvent.prototype.warning = null;
                StageEvent.prototype.heldOut = null;

                let $oneOfFields;

                $Object.defineProperty(StageEvent.prototype, "event", {
                    get: $util.oneOfGetter($oneOfFields = ["started", "phase", "step", "checkpoint", "done", "failed", "statistics", "warning", "heldOut"]),
                    set: $util.oneOfSetter($oneOfFields)
                });

                StageEvent.create = function(properties) {
                    return new StageEvent(properties);
                };

                StageEvent.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.stage != null && $Object.hasOwnProperty.call(message, "stage") && message.stage !== 0)
                        writer.uint32(8).uint32(message.stage);
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation") && message.generation !== 0)
                        writer.uint32(16).uint32(message.generation);
                    if (message.rank != null && $Object.hasOwnProperty.call(message, "rank") && message.rank !== 0)
                        writer.uint32(24).uint32(message.rank);
                    if (message.atMs != null && $Object.hasOwnProperty.call(message, "atMs") && !$Object.is(message.atMs, 0))
                        writer.uint32(33).double(message.atMs);
                    if (message.started != null && $Object.hasOwnProperty.call(message, "started"))
                        $root.ovis.trainer.v1.StageStarted.encode(message.started, writer.uint32(82).fork(), _depth + 1).ldelim();
                    if (message.phase != null && $Object.hasOwnProperty.call(message, "phase"))
                        $root.ovis.trainer.v1.StagePhaseChanged.encode(message.phase, writer.uint32(90).fork(), _depth + 1).ldelim();
                    if (message.step != null && $Object.hasOwnProperty.call(message, "step"))
                        $root.ovis.trainer.v1.StageStep.encode(message.step, writer.uint32(98).fork(), _depth + 1).ldelim();
                    if (message.checkpoint != null && $Object.hasOwnProperty.call(message, "checkpoint"))
                        $root.ovis.trainer.v1.StageCheckpoint.encode(message.checkpoint, writer.uint32(106).fork(), _depth + 1).ldelim();
                    if (message.done != null && $Object.hasOwnProperty.call(message, "done"))
                        $root.ovis.trainer.v1.StageDone.encode(message.done, writer.uint32(114).fork(), _depth + 1).ldelim();
                    if (message.failed != null && $Object.hasOwnProperty.call(message, "failed"))
                        $root.ovis.trainer.v1.Failure.encode(message.failed, writer.uint32(122).fork(), _depth + 1).ldelim();
                    if (message.statistics != null && $Object.hasOwnProperty.call(message, "statistics"))
                        $root.ovis.trainer.v1.StageStatistics.encode(message.statistics, writer.uint32(130).fork(), _depth + 1).ldelim();
                    if (message.warning != null && $Object.hasOwnProperty.call(message, "warning"))
                        $root.ovis.trainer.v1.StageWarning.encode(message.warning, writer.uint32(138).fork(), _depth + 1).ldelim();
                    if (message.heldOut != null && $Object.hasOwnProperty.call(message, "heldOut"))
                        $root.ovis.trainer.v1.StageHeldOut.encode(message.heldOut, writer.uint32(146).fork(), _depth + 1).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                StageEvent.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.StageEvent();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.stage = value;
                                else
                                    delete message.stage;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.generation = value;
                                else
                                    delete message.generation;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.rank = value;
                                else
                                    delete message.rank;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.atMs = value;
                                else
                                    delete message.atMs;
                                continue;
                            }
                        case 10: {
                                if (wireType !== 2)
                                    break;
                                message.started = $root.ovis.trainer.v1.StageStarted.decode(reader, reader.size(), $undefined, _depth + 1, message.started);
                                message.event = "started";
                                continue;
                            }
                        case 11: {
                                if (wireType !== 2)
                                    break;
                                message.phase = $root.ovis.trainer.v1.StagePhaseChanged.decode(reader, reader.size(), $undefined, _depth + 1, message.phase);
                                message.event = "phase";
                                continue;
                            }
                        case 12: {
                                if (wireType !== 2)
                                    break;
                                message.step = $root.ovis.trainer.v1.StageStep.decode(reader, reader.size(), $undefined, _depth + 1, message.step);
                                message.event = "step";
                                continue;
                            }
                        case 13: {
                                if (wireType !== 2)
                                    break;
                                message.checkpoint = $root.ovis.trainer.v1.StageCheckpoint.decode(reader, reader.size(), $undefined, _depth + 1, message.checkpoint);
                                message.event = "checkpoint";
                                continue;
                            }
                        case 14: {
                                if (wireType !== 2)
                                    break;
                                message.done = $root.ovis.trainer.v1.StageDone.decode(reader, reader.size(), $undefined, _depth + 1, message.done);
                                message.event = "done";
                                continue;
                            }
                        case 15: {
                                if (wireType !== 2)
                                    break;
                                message.failed = $root.ovis.trainer.v1.Failure.decode(reader, reader.size(), $undefined, _depth + 1, message.failed);
                                message.event = "failed";
                                continue;
                            }
                        case 16: {
                                if (wireType !== 2)
                                    break;
                                message.statistics = $root.ovis.trainer.v1.StageStatistics.decode(reader, reader.size(), $undefined, _depth + 1, message.statistics);
                                message.event = "statistics";
                                continue;
                            }
                        case 17: {
                                if (wireType !== 2)
                                    break;
                                message.warning = $root.ovis.trainer.v1.StageWarning.decode(reader, reader.size(), $undefined, _depth + 1, message.warning);
                                message.event = "warning";
                                continue;
                            }
                        case 18: {
                                if (wireType !== 2)
                                    break;
                                message.heldOut = $root.ovis.trainer.v1.StageHeldOut.decode(reader, reader.size(), $undefined, _depth + 1, message.heldOut);
                                message.event = "heldOut";
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                StageEvent.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.StageEvent)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.StageEvent: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.StageEvent();
                    if (object.stage != null)
                        if ($Number(object.stage) !== 0)
                            message.stage = object.stage >>> 0;
                    if (object.generation != null)
                        if ($Number(object.generation) !== 0)
                            message.generation = object.generation >>> 0;
                    if (object.rank != null)
                        if ($Number(object.rank) !== 0)
                            message.rank = object.rank >>> 0;
                    if (object.atMs != null)
                        if (!$Object.is($Number(object.atMs), 0))
                            message.atMs = $Number(object.atMs);
                    if (object.started != null) {
                        if (!$util.isObject(object.started))
                            throw $TypeError(".ovis.trainer.v1.StageEvent.started: object expected");
                        message.started = $root.ovis.trainer.v1.StageStarted.fromObject(object.started, _depth + 1);
                    }
                    if (object.phase != null) {
                        if (!$util.isObject(object.phase))
                            throw $TypeError(".ovis.trainer.v1.StageEvent.phase: object expected");
                        message.phase = $root.ovis.trainer.v1.StagePhaseChanged.fromObject(object.phase, _depth + 1);
                    }
                    if (object.step != null) {
                        if (!$util.isObject(object.step))
                            throw $TypeError(".ovis.trainer.v1.StageEvent.step: object expected");
                        message.step = $root.ovis.trainer.v1.StageStep.fromObject(object.step, _depth + 1);
                    }
                    if (object.checkpoint != null) {
                        if (!$util.isObject(object.checkpoint))
                            throw $TypeError(".ovis.trainer.v1.StageEvent.checkpoint: object expected");
                        message.checkpoint = $root.ovis.trainer.v1.StageCheckpoint.fromObject(object.checkpoint, _depth + 1);
                    }
                    if (object.done != null) {
                        if (!$util.isObject(object.done))
                            throw $TypeError(".ovis.trainer.v1.StageEvent.done: object expected");
                        message.done = $root.ovis.trainer.v1.StageDone.fromObject(object.done, _depth + 1);
                    }
                    if (object.failed != null) {
                        if (!$util.isObject(object.failed))
                            throw $TypeError(".ovis.trainer.v1.StageEvent.failed: object expected");
                        message.failed = $root.ovis.trainer.v1.Failure.fromObject(object.failed, _depth + 1);
                    }
                    if (object.statistics != null) {
                        if (!$util.isObject(object.statistics))
                            throw $TypeError(".ovis.trainer.v1.StageEvent.statistics: object expected");
                        message.statistics = $root.ovis.trainer.v1.StageStatistics.fromObject(object.statistics, _depth + 1);
                    }
                    if (object.warning != null) {
                        if (!$util.isObject(object.warning))
                            throw $TypeError(".ovis.trainer.v1.StageEvent.warning: object expected");
                        message.warning = $root.ovis.trainer.v1.StageWarning.fromObject(object.warning, _depth + 1);
                    }
                    if (object.heldOut != null) {
                        if (!$util.isObject(object.heldOut))
                            throw $TypeError(".ovis.trainer.v1.StageEvent.heldOut: object expected");
                        message.heldOut = $root.ovis.trainer.v1.StageHeldOut.fromObject(object.heldOut, _depth + 1);
                    }
                    return message;
                };

                StageEvent.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.stage = 0;
                        object.generation = 0;
                        object.rank = 0;
                        object.atMs = 0;
                    }
                    if (message.stage != null && $Object.hasOwnProperty.call(message, "stage"))
                        object.stage = message.stage;
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation"))
                        object.generation = message.generation;
                    if (message.rank != null && $Object.hasOwnProperty.call(message, "rank"))
                        object.rank = message.rank;
                    if (message.atMs != null && $Object.hasOwnProperty.call(message, "atMs"))
                        object.atMs = options.json && !$isFinite(message.atMs) ? $String(message.atMs) : message.atMs;
                    if (message.started != null && $Object.hasOwnProperty.call(message, "started")) {
                        object.started = $root.ovis.trainer.v1.StageStarted.toObject(message.started, options, _depth + 1);
                        if (options.oneofs)
                            object.event = "started";
                    }
                    if (message.phase != null && $Object.hasOwnProperty.call(message, "phase")) {
                        object.phase = $root.ovis.trainer.v1.StagePhaseChanged.toObject(message.phase, options, _depth + 1);
                        if (options.oneofs)
                            object.event = "phase";
                    }
                    if (message.step != null && $Object.hasOwnProperty.call(message, "step")) {
                        object.step = $root.ovis.trainer.v1.StageStep.toObject(message.step, options, _depth + 1);
                        if (options.oneofs)
                            object.event = "step";
                    }
                    if (message.checkpoint != null && $Object.hasOwnProperty.call(message, "checkpoint")) {
                        object.checkpoint = $root.ovis.trainer.v1.StageCheckpoint.toObject(message.checkpoint, options, _depth + 1);
                        if (options.oneofs)
                            object.event = "checkpoint";
                    }
                    if (message.done != null && $Object.hasOwnProperty.call(message, "done")) {
                        object.done = $root.ovis.trainer.v1.StageDone.toObject(message.done, options, _depth + 1);
                        if (options.oneofs)
                            object.event = "done";
                    }
                    if (message.failed != null && $Object.hasOwnProperty.call(message, "failed")) {
                        object.failed = $root.ovis.trainer.v1.Failure.toObject(message.failed, options, _depth + 1);
                        if (options.oneofs)
                            object.event = "failed";
                    }
                    if (message.statistics != null && $Object.hasOwnProperty.call(message, "statistics")) {
                        object.statistics = $root.ovis.trainer.v1.StageStatistics.toObject(message.statistics, options, _depth + 1);
                        if (options.oneofs)
                            object.event = "statistics";
                    }
                    if (message.warning != null && $Object.hasOwnProperty.call(message, "warning")) {
                        object.warning = $root.ovis.trainer.v1.StageWarning.toObject(message.warning, options, _depth + 1);
                        if (options.oneofs)
                            object.event = "warning";
                    }
                    if (message.heldOut != null && $Object.hasOwnProperty.call(message, "heldOut")) {
                        object.heldOut = $root.ovis.trainer.v1.StageHeldOut.toObject(message.heldOut, options, _depth + 1);
                        if (options.oneofs)
                            object.event = "heldOut";
                    }
                    return object;
                };

                StageEvent.prototype.toJSON = function() {
                    return StageEvent.toObject(this, $protobuf.util.toJSONOptions);
                };

                return StageEvent;
            })();

            v1.StageStarted = (function() {

                const StageStarted = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                StageStarted.prototype.stepsTotal = 0;
                StageStarted.prototype.firstStep = 0;
                StageStarted.prototype.trainableParams = 0;
                StageStarted.prototype.source = 0;
                StageStarted.prototype.sourceDetail = "";

                StageStarted.create = function(properties) {
                    return new StageStarted(properties);
                };

                StageStarted.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.stepsTotal != null && $Object.hasOwnProperty.call(message, "stepsTotal") && message.stepsTotal !== 0)
                        writer.uint32(8).uint32(message.stepsTotal);
                    if (message.firstStep != null && $Object.hasOwnProperty.call(message, "firstStep") && message.firstStep !== 0)
                        writer.uint32(16).uint32(message.firstStep);
                    if (message.trainableParams != null && $Object.hasOwnProperty.call(message, "trainableParams") && !$Object.is(message.trainableParams, 0))
                        writer.uint32(25).double(message.trainableParams);
                    if (message.source != null && $Object.hasOwnProperty.call(message, "source") && message.source !== 0)
                        writer.uint32(32).int32(message.source);
                    if (message.sourceDetail != null && $Object.hasOwnProperty.call(message, "sourceDetail") && message.sourceDetail !== "")
                        writer.uint32(42).string(message.sourceDetail);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                StageStarted.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.StageStarted();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.stepsTotal = value;
                                else
                                    delete message.stepsTotal;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.firstStep = value;
                                else
                                    delete message.firstStep;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.trainableParams = value;
                                else
                                    delete message.trainableParams;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.int32())
                                    message.source = value;
                                else
                                    delete message.source;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.sourceDetail = value;
                                else
                                    delete message.sourceDetail;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                StageStarted.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.StageStarted)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.StageStarted: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.StageStarted();
                    if (object.stepsTotal != null)
                        if ($Number(object.stepsTotal) !== 0)
                            message.stepsTotal = object.stepsTotal >>> 0;
                    if (object.firstStep != null)
                        if ($Number(object.firstStep) !== 0)
                            message.firstStep = object.firstStep >>> 0;
                    if (object.trainableParams != null)
                        if (!$Object.is($Number(object.trainableParams), 0))
                            message.trainableParams = $Number(object.trainableParams);
                    if (object.source !== 0 && (typeof object.source !== "string" || $root.ovis.trainer.v1.StageSource[object.source] !== 0))
                        switch (object.source) {
                        case "STAGE_SOURCE_UNSPECIFIED":
                        case 0:
                            message.source = 0;
                            break;
                        case "STAGE_SOURCE_BACKBONES":
                        case 1:
                            message.source = 1;
                            break;
                        case "STAGE_SOURCE_CHECKPOINT":
                        case 2:
                            message.source = 2;
                            break;
                        case "STAGE_SOURCE_MEMORY":
                        case 3:
                            message.source = 3;
                            break;
                        case "STAGE_SOURCE_PEER":
                        case 4:
                            message.source = 4;
                            break;
                        default:
                            if (typeof object.source === "number" && (object.source | 0) === object.source)
                                message.source = object.source;
                        }
                    if (object.sourceDetail != null)
                        if (typeof object.sourceDetail !== "string" || object.sourceDetail.length)
                            message.sourceDetail = $String(object.sourceDetail);
                    return message;
                };

                StageStarted.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.stepsTotal = 0;
                        object.firstStep = 0;
                        object.trainableParams = 0;
                        object.source = options.enums === $String ? "STAGE_SOURCE_UNSPECIFIED" : 0;
                        object.sourceDetail = "";
                    }
                    if (message.stepsTotal != null && $Object.hasOwnProperty.call(message, "stepsTotal"))
                        object.stepsTotal = message.stepsTotal;
                    if (message.firstStep != null && $Object.hasOwnProperty.call(message, "firstStep"))
                        object.firstStep = message.firstStep;
                    if (message.trainableParams != null && $Object.hasOwnProperty.call(message, "trainableParams"))
                        object.trainableParams = options.json && !$isFinite(message.trainableParams) ? $String(message.trainableParams) : message.trainableParams;
                    if (message.source != null && $Object.hasOwnProperty.call(message, "source"))
                        object.source = options.enums === $String ? $root.ovis.trainer.v1.StageSource[message.source] === $undefined ? message.source : $root.ovis.trainer.v1.StageSource[message.source] : message.source;
                    if (message.sourceDetail != null && $Object.hasOwnProperty.call(message, "sourceDetail"))
                        object.sourceDetail = message.sourceDetail;
                    return object;
                };

                StageStarted.prototype.toJSON = function() {
                    return StageStarted.toObject(this, $protobuf.util.toJSONOptions);
                };

                return StageStarted;
            })();

            v1.StageSource = (function() {
                const valuesById = $Object.create(null), values = $Object.create(valuesById);
                values[valuesById[0] = "STAGE_SOURCE_UNSPECIFIED"] = 0;
                values[valuesById[1] = "STAGE_SOURCE_BACKBONES"] = 1;
                values[valuesById[2] = "STAGE_SOURCE_CHECKPOINT"] = 2;
                values[valuesById[3] = "STAGE_SOURCE_MEMORY"] = 3;
                values[valuesById[4] = "STAGE_SOURCE_PEER"] = 4;
                return values;
            })();

            v1.StagePhaseChanged = (function() {

                const StagePhaseChanged = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                StagePhaseChanged.prototype.phase = 0;
                StagePhaseChanged.prototype.detail = "";

                StagePhaseChanged.create = function(properties) {
                    return new StagePhaseChanged(properties);
                };

                StagePhaseChanged.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.phase != null && $Object.hasOwnProperty.call(message, "phase") && message.phase !== 0)
                        writer.uint32(8).int32(message.phase);
                    if (message.detail != null && $Object.hasOwnProperty.call(message, "detail") && message.detail !== "")
                        writer.uint32(18).string(message.detail);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                StagePhaseChanged.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.StagePhaseChanged();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.int32())
                                    message.phase = value;
                                else
                                    delete message.phase;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.detail = value;
                                else
                                    delete message.detail;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                StagePhaseChanged.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.StagePhaseChanged)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.StagePhaseChanged: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.StagePhaseChanged();
                    if (object.phase !== 0 && (typeof object.phase !== "string" || $root.ovis.trainer.v1.StagePhase[object.phase] !== 0))
                        switch (object.phase) {
                        case "STAGE_PHASE_UNSPECIFIED":
                        case 0:
                            message.phase = 0;
                            break;
                        case "STAGE_PHASE_LOADING":
                        case 1:
                            message.phase = 1;
                            break;
                        case "STAGE_PHASE_COMPILING":
                        case 2:
                            message.phase = 2;
                            break;
                        case "STAGE_PHASE_TRAINING":
                        case 3:
                            message.phase = 3;
                            break;
                        case "STAGE_PHASE_CHECKPOINTING":
                        case 4:
                            message.phase = 4;
                            break;
                        default:
                            if (typeof object.phase === "number" && (object.phase | 0) === object.phase)
                                message.phase = object.phase;
                        }
                    if (object.detail != null)
                        if (typeof object.detail !== "string" || object.detail.length)
                            message.detail = $String(object.detail);
                    return message;
                };

                StagePhaseChanged.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.phase = options.enums === $String ? "STAGE_PHASE_UNSPECIFIED" : 0;
                        object.detail = "";
                    }
                    if (message.phase != null && $Object.hasOwnProperty.call(message, "phase"))
                        object.phase = options.enums === $String ? $root.ovis.trainer.v1.StagePhase[message.phase] === $undefined ? message.phase : $root.ovis.trainer.v1.StagePhase[message.phase] : message.phase;
                    if (message.detail != null && $Object.hasOwnProperty.call(message, "detail"))
                        object.detail = message.detail;
                    return object;
                };

                StagePhaseChanged.prototype.toJSON = function() {
                    return StagePhaseChanged.toObject(this, $protobuf.util.toJSONOptions);
                };

                return StagePhaseChanged;
            })();

            v1.StageStep = (function() {

                const StageStep = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                StageStep.prototype.step = 0;
                StageStep.prototype.loss = 0;
                StageStep.prototype.gradNorm = 0;
                StageStep.prototype.lr = 0;
                StageStep.prototype.images = 0;
                StageStep.prototype.tokens = 0;
                StageStep.prototype.imagesPerS = 0;
                StageStep.prototype.computeMs = 0;
                StageStep.prototype.communicateMs = 0;
                StageStep.prototype.dataMs = 0;

                StageStep.create = function(properties) {
                    return new StageStep(properties);
                };

                StageStep.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.step != null && $Object.hasOwnProperty.call(message, "step") && message.step !== 0)
                        writer.uint32(8).uint32(message.step);
                    if (message.loss != null && $Object.hasOwnProperty.call(message, "loss") && !$Object.is(message.loss, 0))
                        writer.uint32(17).double(message.loss);
                    if (message.gradNorm != null && $Object.hasOwnProperty.call(message, "gradNorm") && !$Object.is(message.gradNorm, 0))
                        writer.uint32(25).double(message.gradNorm);
                    if (message.lr != null && $Object.hasOwnProperty.call(message, "lr") && !$Object.is(message.lr, 0))
                        writer.uint32(33).double(message.lr);
                    if (message.images != null && $Object.hasOwnProperty.call(message, "images") && message.images !== 0)
                        writer.uint32(40).uint32(message.images);
                    if (message.tokens != null && $Object.hasOwnProperty.call(message, "tokens") && message.tokens !== 0)
                        writer.uint32(48).uint32(message.tokens);
                    if (message.imagesPerS != null && $Object.hasOwnProperty.call(message, "imagesPerS") && !$Object.is(message.imagesPerS, 0))
                        writer.uint32(57).double(message.imagesPerS);
                    if (message.computeMs != null && $Object.hasOwnProperty.call(message, "computeMs") && !$Object.is(message.computeMs, 0))
                        writer.uint32(65).double(message.computeMs);
                    if (message.communicateMs != null && $Object.hasOwnProperty.call(message, "communicateMs") && !$Object.is(message.communicateMs, 0))
                        writer.uint32(73).double(message.communicateMs);
                    if (message.dataMs != null && $Object.hasOwnProperty.call(message, "dataMs") && !$Object.is(message.dataMs, 0))
                        writer.uint32(81).double(message.dataMs);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                StageStep.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.StageStep();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.step = value;
                                else
                                    delete message.step;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.loss = value;
                                else
                                    delete message.loss;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.gradNorm = value;
                                else
                                    delete message.gradNorm;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.lr = value;
                                else
                                    delete message.lr;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.images = value;
                                else
                                    delete message.images;
                                continue;
                            }
                        case 6: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.tokens = value;
                                else
                                    delete message.tokens;
                                continue;
                            }
                        case 7: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.imagesPerS = value;
                                else
                                    delete message.imagesPerS;
                                continue;
                            }
                        case 8: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.computeMs = value;
                                else
                                    delete message.computeMs;
                                continue;
                            }
                        case 9: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.communicateMs = value;
                                else
                                    delete message.communicateMs;
                                continue;
                            }
                        case 10: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.dataMs = value;
                                else
                                    delete message.dataMs;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                StageStep.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.StageStep)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.StageStep: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.StageStep();
                    if (object.step != null)
                        if ($Number(object.step) !== 0)
                            message.step = object.step >>> 0;
                    if (object.loss != null)
                        if (!$Object.is($Number(object.loss), 0))
                            message.loss = $Number(object.loss);
                    if (object.gradNorm != null)
                        if (!$Object.is($Number(object.gradNorm), 0))
                            message.gradNorm = $Number(object.gradNorm);
                    if (object.lr != null)
                        if (!$Object.is($Number(object.lr), 0))
                            message.lr = $Number(object.lr);
                    if (object.images != null)
                        if ($Number(object.images) !== 0)
                            message.images = object.images >>> 0;
                    if (object.tokens != null)
                        if ($Number(object.tokens) !== 0)
                            message.tokens = object.tokens >>> 0;
                    if (object.imagesPerS != null)
                        if (!$Object.is($Number(object.imagesPerS), 0))
                            message.imagesPerS = $Number(object.imagesPerS);
                    if (object.computeMs != null)
                        if (!$Object.is($Number(object.computeMs), 0))
                            message.computeMs = $Number(object.computeMs);
                    if (object.communicateMs != null)
                        if (!$Object.is($Number(object.communicateMs), 0))
                            message.communicateMs = $Number(object.communicateMs);
                    if (object.dataMs != null)
                        if (!$Object.is($Number(object.dataMs), 0))
                            message.dataMs = $Number(object.dataMs);
                    return message;
                };

                StageStep.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.step = 0;
                        object.loss = 0;
                        object.gradNorm = 0;
                        object.lr = 0;
                        object.images = 0;
                        object.tokens = 0;
                        object.imagesPerS = 0;
                        object.computeMs = 0;
                        object.communicateMs = 0;
                        object.dataMs = 0;
                    }
                    if (message.step != null && $Object.hasOwnProperty.call(message, "step"))
                        object.step = message.step;
                    if (message.loss != null && $Object.hasOwnProperty.call(message, "loss"))
                        object.loss = options.json && !$isFinite(message.loss) ? $String(message.loss) : message.loss;
                    if (message.gradNorm != null && $Object.hasOwnProperty.call(message, "gradNorm"))
                        object.gradNorm = options.json && !$isFinite(message.gradNorm) ? $String(message.gradNorm) : message.gradNorm;
                    if (message.lr != null && $Object.hasOwnProperty.call(message, "lr"))
                        object.lr = options.json && !$isFinite(message.lr) ? $String(message.lr) : message.lr;
                    if (message.images != null && $Object.hasOwnProperty.call(message, "images"))
                        object.images = message.images;
                    if (message.tokens != null && $Object.hasOwnProperty.call(message, "tokens"))
                        object.tokens = message.tokens;
                    if (message.imagesPerS != null && $Object.hasOwnProperty.call(message, "imagesPerS"))
                        object.imagesPerS = options.json && !$isFinite(message.imagesPerS) ? $String(message.imagesPerS) : message.imagesPerS;
                    if (message.computeMs != null && $Object.hasOwnProperty.call(message, "computeMs"))
                        object.computeMs = options.json && !$isFinite(message.computeMs) ? $String(message.computeMs) : message.computeMs;
                    if (message.communicateMs != null && $Object.hasOwnProperty.call(message, "communicateMs"))
                        object.communicateMs = options.json && !$isFinite(message.communicateMs) ? $String(message.communicateMs) : message.communicateMs;
                    if (message.dataMs != null && $Object.hasOwnProperty.call(message, "dataMs"))
                        object.dataMs = options.json && !$isFinite(message.dataMs) ? $String(message.dataMs) : message.dataMs;
                    return object;
                };

                StageStep.prototype.toJSON = function() {
                    return StageStep.toObject(this, $protobuf.util.toJSONOptions);
                };

                return StageStep;
            })();

            v1.StageCheckpoint = (function() {

                const StageCheckpoint = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                StageCheckpoint.prototype.id = "";
                StageCheckpoint.prototype.url = "";
                StageCheckpoint.prototype.step = 0;
                StageCheckpoint.prototype.bytes = 0;
                StageCheckpoint.prototype.ms = 0;
                StageCheckpoint.prototype.snapshotMs = 0;
                StageCheckpoint.prototype.waitMs = 0;
                StageCheckpoint.prototype.writtenBytes = 0;

                StageCheckpoint.create = function(properties) {
                    return new StageCheckpoint(properties);
                };

                StageCheckpoint.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== "")
                        writer.uint32(10).string(message.id);
                    if (message.url != null && $Object.hasOwnProperty.call(message, "url") && message.url !== "")
                        writer.uint32(18).string(message.url);
                    if (message.step != null && $Object.hasOwnProperty.call(message, "step") && message.step !== 0)
                        writer.uint32(24).uint32(message.step);
                    if (message.bytes != null && $Object.hasOwnProperty.call(message, "bytes") && !$Object.is(message.bytes, 0))
                        writer.uint32(33).double(message.bytes);
                    if (message.ms != null && $Object.hasOwnProperty.call(message, "ms") && !$Object.is(message.ms, 0))
                        writer.uint32(41).double(message.ms);
                    if (message.snapshotMs != null && $Object.hasOwnProperty.call(message, "snapshotMs") && !$Object.is(message.snapshotMs, 0))
                        writer.uint32(49).double(message.snapshotMs);
                    if (message.waitMs != null && $Object.hasOwnProperty.call(message, "waitMs") && !$Object.is(message.waitMs, 0))
                        writer.uint32(57).double(message.waitMs);
                    if (message.writtenBytes != null && $Object.hasOwnProperty.call(message, "writtenBytes") && !$Object.is(message.writtenBytes, 0))
                        writer.uint32(65).double(message.writtenBytes);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                StageCheckpoint.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.StageCheckpoint();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.id = value;
                                else
                                    delete message.id;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.url = value;
                                else
                                    delete message.url;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.step = value;
                                else
                                    delete message.step;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.bytes = value;
                                else
                                    delete message.bytes;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.ms = value;
                                else
                                    delete message.ms;
                                continue;
                            }
                        case 6: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.snapshotMs = value;
                                else
                                    delete message.snapshotMs;
                                continue;
                            }
                        case 7: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.waitMs = value;
                                else
                                    delete message.waitMs;
                                continue;
                            }
                        case 8: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.writtenBytes = value;
                                else
                                    delete message.writtenBytes;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                StageCheckpoint.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.StageCheckpoint)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.StageCheckpoint: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.StageCheckpoint();
                    if (object.id != null)
                        if (typeof object.id !== "string" || object.id.length)
                            message.id = $String(object.id);
                    if (object.url != null)
                        if (typeof object.url !== "string" || object.url.length)
                            message.url = $String(object.url);
                    if (object.step != null)
                        if ($Number(object.step) !== 0)
                            message.step = object.step >>> 0;
                    if (object.bytes != null)
                        if (!$Object.is($Number(object.bytes), 0))
                            message.bytes = $Number(object.bytes);
                    if (object.ms != null)
                        if (!$Object.is($Number(object.ms), 0))
                            message.ms = $Number(object.ms);
                    if (object.snapshotMs != null)
                        if (!$Object.is($Number(object.snapshotMs), 0))
                            message.snapshotMs = $Number(object.snapshotMs);
                    if (object.waitMs != null)
                        if (!$Object.is($Number(object.waitMs), 0))
                            message.waitMs = $Number(object.waitMs);
                    if (object.writtenBytes != null)
                        if (!$Object.is($Number(object.writtenBytes), 0))
                            message.writtenBytes = $Number(object.writtenBytes);
                    return message;
                };

                StageCheckpoint.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.id = "";
                        object.url = "";
                        object.step = 0;
                        object.bytes = 0;
                        object.ms = 0;
                        object.snapshotMs = 0;
                        object.waitMs = 0;
                        object.writtenBytes = 0;
                    }
                    if (message.id != null && $Object.hasOwnProperty.call(message, "id"))
                        object.id = message.id;
                    if (message.url != null && $Object.hasOwnProperty.call(message, "url"))
                        object.url = message.url;
                    if (message.step != null && $Object.hasOwnProperty.call(message, "step"))
                        object.step = message.step;
                    if (message.bytes != null && $Object.hasOwnProperty.call(message, "bytes"))
                        object.bytes = options.json && !$isFinite(message.bytes) ? $String(message.bytes) : message.bytes;
                    if (message.ms != null && $Object.hasOwnProperty.call(message, "ms"))
                        object.ms = options.json && !$isFinite(message.ms) ? $String(message.ms) : message.ms;
                    if (message.snapshotMs != null && $Object.hasOwnProperty.call(message, "snapshotMs"))
                        object.snapshotMs = options.json && !$isFinite(message.snapshotMs) ? $String(message.snapshotMs) : message.snapshotMs;
                    if (message.waitMs != null && $Object.hasOwnProperty.call(message, "waitMs"))
                        object.waitMs = options.json && !$isFinite(message.waitMs) ? $String(message.waitMs) : message.waitMs;
                    if (message.writtenBytes != null && $Object.hasOwnProperty.call(message, "writtenBytes"))
                        object.writtenBytes = options.json && !$isFinite(message.writtenBytes) ? $String(message.writtenBytes) : message.writtenBytes;
                    return object;
                };

                StageCheckpoint.prototype.toJSON = function() {
                    return StageCheckpoint.toObject(this, $protobuf.util.toJSONOptions);
                };

                return StageCheckpoint;
            })();

            v1.StageStatistics = (function() {

                const StageStatistics = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                StageStatistics.prototype.step = 0;
                StageStatistics.prototype.tokens = 0;
                StageStatistics.prototype.entropy = 0;
                StageStatistics.prototype.effectiveWordsMean = 0;
                StageStatistics.prototype.effectiveWordsMedian = 0;
                StageStatistics.prototype.effectiveWordsLeast = 0;
                StageStatistics.prototype.saturated = 0;
                StageStatistics.prototype.largest = 0;
                StageStatistics.prototype.words = 0;
                StageStatistics.prototype.deadWords = 0;
                StageStatistics.prototype.coverage = 0;
                StageStatistics.prototype.variance = 0;
                StageStatistics.prototype.cosine = 0;
                StageStatistics.prototype.dimensions = 0;
                StageStatistics.prototype.tableNorm = 0;
                StageStatistics.prototype.logitScale = 0;
                StageStatistics.prototype.ms = 0;

                StageStatistics.create = function(properties) {
                    return new StageStatistics(properties);
                };

                StageStatistics.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.step != null && $Object.hasOwnProperty.call(message, "step") && message.step !== 0)
                        writer.uint32(8).uint32(message.step);
                    if (message.tokens != null && $Object.hasOwnProperty.call(message, "tokens") && message.tokens !== 0)
                        writer.uint32(16).uint32(message.tokens);
                    if (message.entropy != null && $Object.hasOwnProperty.call(message, "entropy") && !$Object.is(message.entropy, 0))
                        writer.uint32(25).double(message.entropy);
                    if (message.effectiveWordsMean != null && $Object.hasOwnProperty.call(message, "effectiveWordsMean") && !$Object.is(message.effectiveWordsMean, 0))
                        writer.uint32(33).double(message.effectiveWordsMean);
                    if (message.effectiveWordsMedian != null && $Object.hasOwnProperty.call(message, "effectiveWordsMedian") && !$Object.is(message.effectiveWordsMedian, 0))
                        writer.uint32(41).double(message.effectiveWordsMedian);
                    if (message.effectiveWordsLeast != null && $Object.hasOwnProperty.call(message, "effectiveWordsLeast") && !$Object.is(message.effectiveWordsLeast, 0))
                        writer.uint32(49).double(message.effectiveWordsLeast);
                    if (message.saturated != null && $Object.hasOwnProperty.call(message, "saturated") && !$Object.is(message.saturated, 0))
                        writer.uint32(57).double(message.saturated);
                    if (message.largest != null && $Object.hasOwnProperty.call(message, "largest") && !$Object.is(message.largest, 0))
                        writer.uint32(65).double(message.largest);
                    if (message.words != null && $Object.hasOwnProperty.call(message, "words") && message.words !== 0)
                        writer.uint32(72).uint32(message.words);
                    if (message.deadWords != null && $Object.hasOwnProperty.call(message, "deadWords") && !$Object.is(message.deadWords, 0))
                        writer.uint32(81).double(message.deadWords);
                    if (message.coverage != null && $Object.hasOwnProperty.call(message, "coverage") && !$Object.is(message.coverage, 0))
                        writer.uint32(89).double(message.coverage);
                    if (message.variance != null && $Object.hasOwnProperty.call(message, "variance") && !$Object.is(message.variance, 0))
                        writer.uint32(97).double(message.variance);
                    if (message.cosine != null && $Object.hasOwnProperty.call(message, "cosine") && !$Object.is(message.cosine, 0))
                        writer.uint32(105).double(message.cosine);
                    if (message.dimensions != null && $Object.hasOwnProperty.call(message, "dimensions") && !$Object.is(message.dimensions, 0))
                        writer.uint32(113).double(message.dimensions);
                    if (message.tableNorm != null && $Object.hasOwnProperty.call(message, "tableNorm") && !$Object.is(message.tableNorm, 0))
                        writer.uint32(121).double(message.tableNorm);
                    if (message.logitScale != null && $Object.hasOwnProperty.call(message, "logitScale") && !$Object.is(message.logitScale, 0))
                        writer.uint32(129).double(message.logitScale);
                    if (message.ms != null && $Object.hasOwnProperty.call(message, "ms") && !$Object.is(message.ms, 0))
                        writer.uint32(137).double(message.ms);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                StageStatistics.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.StageStatistics();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.step = value;
                                else
                                    delete message.step;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.tokens = value;
                                else
                                    delete message.tokens;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.entropy = value;
                                else
                                    delete message.entropy;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.effectiveWordsMean = value;
                                else
                                    delete message.effectiveWordsMean;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.effectiveWordsMedian = value;
                                else
                                    delete message.effectiveWordsMedian;
                                continue;
                            }
                        case 6: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.effectiveWordsLeast = value;
                                else
                                    delete message.effectiveWordsLeast;
                                continue;
                            }
                        case 7: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.saturated = value;
                                else
                                    delete message.saturated;
                                continue;
                            }
                        case 8: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.largest = value;
                                else
                                    delete message.largest;
                                continue;
                            }
                        case 9: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.words = value;
                                else
                                    delete message.words;
                                continue;
                            }
                        case 10: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.deadWords = value;
                                else
                                    delete message.deadWords;
                                continue;
                            }
                        case 11: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.coverage = value;
                                else
                                    delete message.coverage;
                                continue;
                            }
                        case 12: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.variance = value;
                                else
                                    delete message.variance;
                                continue;
                            }
                        case 13: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.cosine = value;
                                else
                                    delete message.cosine;
                                continue;
                            }
                        case 14: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.dimensions = value;
                                else
                                    delete message.dimensions;
                                continue;
                            }
                        case 15: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.tableNorm = value;
                                else
                                    delete message.tableNorm;
                                continue;
                            }
                        case 16: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.logitScale = value;
                                else
                                    delete message.logitScale;
                                continue;
                            }
                        case 17: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.ms = value;
                                else
                                    delete message.ms;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                StageStatistics.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.StageStatistics)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.StageStatistics: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.StageStatistics();
                    if (object.step != null)
                        if ($Number(object.step) !== 0)
                            message.step = object.step >>> 0;
                    if (object.tokens != null)
                        if ($Number(object.tokens) !== 0)
                            message.tokens = object.tokens >>> 0;
                    if (object.entropy != null)
                        if (!$Object.is($Number(object.entropy), 0))
                            message.entropy = $Number(object.entropy);
                    if (object.effectiveWordsMean != null)
                        if (!$Object.is($Number(object.effectiveWordsMean), 0))
                            message.effectiveWordsMean = $Number(object.effectiveWordsMean);
                    if (object.effectiveWordsMedian != null)
                        if (!$Object.is($Number(object.effectiveWordsMedian), 0))
                            message.effectiveWordsMedian = $Number(object.effectiveWordsMedian);
                    if (object.effectiveWordsLeast != null)
                        if (!$Object.is($Number(object.effectiveWordsLeast), 0))
                            message.effectiveWordsLeast = $Number(object.effectiveWordsLeast);
                    if (object.saturated != null)
                        if (!$Object.is($Number(object.saturated), 0))
                            message.saturated = $Number(object.saturated);
                    if (object.largest != null)
                        if (!$Object.is($Number(object.largest), 0))
                            message.largest = $Number(object.largest);
                    if (object.words != null)
                        if ($Number(object.words) !== 0)
                            message.words = object.words >>> 0;
                    if (object.deadWords != null)
                        if (!$Object.is($Number(object.deadWords), 0))
                            message.deadWords = $Number(object.deadWords);
                    if (object.coverage != null)
                        if (!$Object.is($Number(object.coverage), 0))
                            message.coverage = $Number(object.coverage);
                    if (object.variance != null)
                        if (!$Object.is($Number(object.variance), 0))
                            message.variance = $Number(object.variance);
                    if (object.cosine != null)
                        if (!$Object.is($Number(object.cosine), 0))
                            message.cosine = $Number(object.cosine);
                    if (object.dimensions != null)
                        if (!$Object.is($Number(object.dimensions), 0))
                            message.dimensions = $Number(object.dimensions);
                    if (object.tableNorm != null)
                        if (!$Object.is($Number(object.tableNorm), 0))
                            message.tableNorm = $Number(object.tableNorm);
                    if (object.logitScale != null)
                        if (!$Object.is($Number(object.logitScale), 0))
                            message.logitScale = $Number(object.logitScale);
                    if (object.ms != null)
                        if (!$Object.is($Number(object.ms), 0))
                            message.ms = $Number(object.ms);
                    return message;
                };

                StageStatistics.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.step = 0;
                        object.tokens = 0;
                        object.entropy = 0;
                        object.effectiveWordsMean = 0;
                        object.effectiveWordsMedian = 0;
                        object.effectiveWordsLeast = 0;
                        object.saturated = 0;
                        object.largest = 0;
                        object.words = 0;
                        object.deadWords = 0;
                        object.coverage = 0;
                        object.variance = 0;
                        object.cosine = 0;
                        object.dimensions = 0;
                        object.tableNorm = 0;
                        object.logitScale = 0;
                        object.ms = 0;
                    }
                    if (message.step != null && $Object.hasOwnProperty.call(message, "step"))
                        object.step = message.step;
                    if (message.tokens != null && $Object.hasOwnProperty.call(message, "tokens"))
                        object.tokens = message.tokens;
                    if (message.entropy != null && $Object.hasOwnProperty.call(message, "entropy"))
                        object.entropy = options.json && !$isFinite(message.entropy) ? $String(message.entropy) : message.entropy;
                    if (message.effectiveWordsMean != null && $Object.hasOwnProperty.call(message, "effectiveWordsMean"))
                        object.effectiveWordsMean = options.json && !$isFinite(message.effectiveWordsMean) ? $String(message.effectiveWordsMean) : message.effectiveWordsMean;
                    if (message.effectiveWordsMedian != null && $Object.hasOwnProperty.call(message, "effectiveWordsMedian"))
                        object.effectiveWordsMedian = options.json && !$isFinite(message.effectiveWordsMedian) ? $String(message.effectiveWordsMedian) : message.effectiveWordsMedian;
                    if (message.effectiveWordsLeast != null && $Object.hasOwnProperty.call(message, "effectiveWordsLeast"))
                        object.effectiveWordsLeast = options.json && !$isFinite(message.effectiveWordsLeast) ? $String(message.effectiveWordsLeast) : message.effectiveWordsLeast;
                    if (message.saturated != null && $Object.hasOwnProperty.call(message, "saturated"))
                        object.saturated = options.json && !$isFinite(message.saturated) ? $String(message.saturated) : message.saturated;
                    if (message.largest != null && $Object.hasOwnProperty.call(message, "largest"))
                        object.largest = options.json && !$isFinite(message.largest) ? $String(message.largest) : message.largest;
                    if (message.words != null && $Object.hasOwnProperty.call(message, "words"))
                        object.words = message.words;
                    if (message.deadWords != null && $Object.hasOwnProperty.call(message, "deadWords"))
                        object.deadWords = options.json && !$isFinite(message.deadWords) ? $String(message.deadWords) : message.deadWords;
                    if (message.coverage != null && $Object.hasOwnProperty.call(message, "coverage"))
                        object.coverage = options.json && !$isFinite(message.coverage) ? $String(message.coverage) : message.coverage;
                    if (message.variance != null && $Object.hasOwnProperty.call(message, "variance"))
                        object.variance = options.json && !$isFinite(message.variance) ? $String(message.variance) : message.variance;
                    if (message.cosine != null && $Object.hasOwnProperty.call(message, "cosine"))
                        object.cosine = options.json && !$isFinite(message.cosine) ? $String(message.cosine) : message.cosine;
                    if (message.dimensions != null && $Object.hasOwnProperty.call(message, "dimensions"))
                        object.dimensions = options.json && !$isFinite(message.dimensions) ? $String(message.dimensions) : message.dimensions;
                    if (message.tableNorm != null && $Object.hasOwnProperty.call(message, "tableNorm"))
                        object.tableNorm = options.json && !$isFinite(message.tableNorm) ? $String(message.tableNorm) : message.tableNorm;
                    if (message.logitScale != null && $Object.hasOwnProperty.call(message, "logitScale"))
                        object.logitScale = options.json && !$isFinite(message.logitScale) ? $String(message.logitScale) : message.logitScale;
                    if (message.ms != null && $Object.hasOwnProperty.call(message, "ms"))
                        object.ms = options.json && !$isFinite(message.ms) ? $String(message.ms) : message.ms;
                    return object;
                };

                StageStatistics.prototype.toJSON = function() {
                    return StageStatistics.toObject(this, $protobuf.util.toJSONOptions);
                };

                return StageStatistics;
            })();

            v1.StageWarning = (function() {

                const StageWarning = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                StageWarning.prototype.signature = "";
                StageWarning.prototype.step = 0;
                StageWarning.prototype.since = 0;
                StageWarning.prototype.message = "";
                StageWarning.prototype.remedy = "";
                StageWarning.prototype.over = false;

                StageWarning.create = function(properties) {
                    return new StageWarning(properties);
                };

                StageWarning.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.signature != null && $Object.hasOwnProperty.call(message, "signature") && message.signature !== "")
                        writer.uint32(10).string(message.signature);
                    if (message.step != null && $Object.hasOwnProperty.call(message, "step") && message.step !== 0)
                        writer.uint32(16).uint32(message.step);
                    if (message.since != null && $Object.hasOwnProperty.call(message, "since") && message.since !== 0)
                        writer.uint32(24).uint32(message.since);
                    if (message.message != null && $Object.hasOwnProperty.call(message, "message") && message.message !== "")
                        writer.uint32(34).string(message.message);
                    if (message.remedy != null && $Object.hasOwnProperty.call(message, "remedy") && message.remedy !== "")
                        writer.uint32(42).string(message.remedy);
                    if (message.over != null && $Object.hasOwnProperty.call(message, "over") && message.over !== false)
                        writer.uint32(48).bool(message.over);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                StageWarning.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.StageWarning();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.signature = value;
                                else
                                    delete message.signature;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.step = value;
                                else
                                    delete message.step;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.since = value;
                                else
                                    delete message.since;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.message = value;
                                else
                                    delete message.message;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.remedy = value;
                                else
                                    delete message.remedy;
                                continue;
                            }
                        case 6: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.bool())
                                    message.over = value;
                                else
                                    delete message.over;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                StageWarning.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.StageWarning)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.StageWarning: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.StageWarning();
                    if (object.signature != null)
                        if (typeof object.signature !== "string" || object.signature.length)
                            message.signature = $String(object.signature);
                    if (object.step != null)
                        if ($Number(object.step) !== 0)
                            message.step = object.step >>> 0;
                    if (object.since != null)
                        if ($Number(object.since) !== 0)
                            message.since = object.since >>> 0;
                    if (object.message != null)
                        if (typeof object.message !== "string" || object.message.length)
                            message.message = $String(object.message);
                    if (object.remedy != null)
                        if (typeof object.remedy !== "string" || object.remedy.length)
                            message.remedy = $String(object.remedy);
                    if (object.over != null)
                        if (object.over)
                            message.over = $Boolean(object.over);
                    return message;
                };

                StageWarning.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.signature = "";
                        object.step = 0;
                        object.since = 0;
                        object.message = "";
                        object.remedy = "";
                        object.over = false;
                    }
                    if (message.signature != null && $Object.hasOwnProperty.call(message, "signature"))
                        object.signature = message.signature;
                    if (message.step != null && $Object.hasOwnProperty.call(message, "step"))
                        object.step = message.step;
                    if (message.since != null && $Object.hasOwnProperty.call(message, "since"))
                        object.since = message.since;
                    if (message.message != null && $Object.hasOwnProperty.call(message, "message"))
                        object.message = message.message;
                    if (message.remedy != null && $Object.hasOwnProperty.call(message, "remedy"))
                        object.remedy = message.remedy;
                    if (message.over != null && $Object.hasOwnProperty.call(message, "over"))
                        object.over = message.over;
                    return object;
                };

                StageWarning.prototype.toJSON = function() {
                    return StageWarning.toObject(this, $protobuf.util.toJSONOptions);
                };

                return StageWarning;
            })();

            v1.StageHeldOut = (function() {

                const StageHeldOut = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                StageHeldOut.prototype.step = 0;
                StageHeldOut.prototype.loss = 0;
                StageHeldOut.prototype.trainLoss = 0;
                StageHeldOut.prototype.samples = 0;
                StageHeldOut.prototype.ms = 0;

                StageHeldOut.create = function(properties) {
                    return new StageHeldOut(properties);
                };

                StageHeldOut.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.step != null && $Object.hasOwnProperty.call(message, "step") && message.step !== 0)
                        writer.uint32(8).uint32(message.step);
                    if (message.loss != null && $Object.hasOwnProperty.call(message, "loss") && !$Object.is(message.loss, 0))
                        writer.uint32(17).double(message.loss);
                    if (message.trainLoss != null && $Object.hasOwnProperty.call(message, "trainLoss") && !$Object.is(message.trainLoss, 0))
                        writer.uint32(25).double(message.trainLoss);
                    if (message.samples != null && $Object.hasOwnProperty.call(message, "samples") && message.samples !== 0)
                        writer.uint32(32).uint32(message.samples);
                    if (message.ms != null && $Object.hasOwnProperty.call(message, "ms") && !$Object.is(message.ms, 0))
                        writer.uint32(41).double(message.ms);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                StageHeldOut.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.StageHeldOut();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.step = value;
                                else
                                    delete message.step;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.loss = value;
                                else
                                    delete message.loss;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.trainLoss = value;
                                else
                                    delete message.trainLoss;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.samples = value;
                                else
                                    delete message.samples;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.ms = value;
                                else
                                    delete message.ms;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                StageHeldOut.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.StageHeldOut)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.StageHeldOut: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.StageHeldOut();
                    if (object.step != null)
                        if ($Number(object.step) !== 0)
                            message.step = object.step >>> 0;
                    if (object.loss != null)
                        if (!$Object.is($Number(object.loss), 0))
                            message.loss = $Number(object.loss);
                    if (object.trainLoss != null)
                        if (!$Object.is($Number(object.trainLoss), 0))
                            message.trainLoss = $Number(object.trainLoss);
                    if (object.samples != null)
                        if ($Number(object.samples) !== 0)
                            message.samples = object.samples >>> 0;
                    if (object.ms != null)
                        if (!$Object.is($Number(object.ms), 0))
                            message.ms = $Number(object.ms);
                    return message;
                };

                StageHeldOut.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.step = 0;
                        object.loss = 0;
                        object.trainLoss = 0;
                        object.samples = 0;
                        object.ms = 0;
                    }
                    if (message.step != null && $Object.hasOwnProperty.call(message, "step"))
                        object.step = message.step;
                    if (message.loss != null && $Object.hasOwnProperty.call(message, "loss"))
                        object.loss = options.json && !$isFinite(message.loss) ? $String(message.loss) : message.loss;
                    if (message.trainLoss != null && $Object.hasOwnProperty.call(message, "trainLoss"))
                        object.trainLoss = options.json && !$isFinite(message.trainLoss) ? $String(message.trainLoss) : message.trainLoss;
                    if (message.samples != null && $Object.hasOwnProperty.call(message, "samples"))
                        object.samples = message.samples;
                    if (message.ms != null && $Object.hasOwnProperty.call(message, "ms"))
                        object.ms = options.json && !$isFinite(message.ms) ? $String(message.ms) : message.ms;
                    return object;
                };

                StageHeldOut.prototype.toJSON = function() {
                    return StageHeldOut.toObject(this, $protobuf.util.toJSONOptions);
                };

                return StageHeldOut;
            })();

            v1.StageDone = (function() {

                const StageDone = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                StageDone.prototype.checkpointUrl = "";
                StageDone.prototype.steps = 0;
                StageDone.prototype.finalLoss = 0;

                StageDone.create = function(properties) {
                    return new StageDone(properties);
                };

                StageDone.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.checkpointUrl != null && $Object.hasOwnProperty.call(message, "checkpointUrl") && message.checkpointUrl !== "")
                        writer.uint32(10).string(message.checkpointUrl);
                    if (message.steps != null && $Object.hasOwnProperty.call(message, "steps") && message.steps !== 0)
                        writer.uint32(16).uint32(message.steps);
                    if (message.finalLoss != null && $Object.hasOwnProperty.call(message, "finalLoss") && !$Object.is(message.finalLoss, 0))
                        writer.uint32(25).double(message.finalLoss);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                StageDone.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.StageDone();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.checkpointUrl = value;
                                else
                                    delete message.checkpointUrl;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.steps = value;
                                else
                                    delete message.steps;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.finalLoss = value;
                                else
                                    delete message.finalLoss;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                StageDone.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.StageDone)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.StageDone: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.StageDone();
                    if (object.checkpointUrl != null)
                        if (typeof object.checkpointUrl !== "string" || object.checkpointUrl.length)
                            message.checkpointUrl = $String(object.checkpointUrl);
                    if (object.steps != null)
                        if ($Number(object.steps) !== 0)
                            message.steps = object.steps >>> 0;
                    if (object.finalLoss != null)
                        if (!$Object.is($Number(object.finalLoss), 0))
                            message.finalLoss = $Number(object.finalLoss);
                    return message;
                };

                StageDone.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.checkpointUrl = "";
                        object.steps = 0;
                        object.finalLoss = 0;
                    }
                    if (message.checkpointUrl != null && $Object.hasOwnProperty.call(message, "checkpointUrl"))
                        object.checkpointUrl = message.checkpointUrl;
                    if (message.steps != null && $Object.hasOwnProperty.call(message, "steps"))
                        object.steps = message.steps;
                    if (message.finalLoss != null && $Object.hasOwnProperty.call(message, "finalLoss"))
                        object.finalLoss = options.json && !$isFinite(message.finalLoss) ? $String(message.finalLoss) : message.finalLoss;
                    return object;
                };

                StageDone.prototype.toJSON = function() {
                    return StageDone.toObject(this, $protobuf.util.toJSONOptions);
                };

                return StageDone;
            })();

            v1.Failure = (function() {

                const Failure = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                Failure.prototype.code = "";
                Failure.prototype.message = "";
                Failure.prototype.hint = "";
                Failure.prototype.retryable = false;
                Failure.prototype.rank = 0;
                Failure.prototype.peerRank = null;

                let $oneOfFields;

                // Virtual OneOf for proto3 optional field
                $Object.defineProperty(Failure.prototype, "_peerRank", {
                    get: $util.oneOfGetter($oneOfFields = ["peerRank"]),
                    set: $util.oneOfSetter($oneOfFields)
                });

                Failure.create = function(properties) {
                    return new Failure(properties);
                };

                Failure.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.code != null && $Object.hasOwnProperty.call(message, "code") && message.code !== "")
                        writer.uint32(10).string(message.code);
                    if (message.message != null && $Object.hasOwnProperty.call(message, "message") && message.message !== "")
                        writer.uint32(18).string(message.message);
                    if (message.hint != null && $Object.hasOwnProperty.call(message, "hint") && message.hint !== "")
                        writer.uint32(26).string(message.hint);
                    if (message.retryable != null && $Object.hasOwnProperty.call(message, "retryable") && message.retryable !== false)
                        writer.uint32(32).bool(message.retryable);
                    if (message.rank != null && $Object.hasOwnProperty.call(message, "rank") && message.rank !== 0)
                        writer.uint32(40).uint32(message.rank);
                    if (message.peerRank != null && $Object.hasOwnProperty.call(message, "peerRank"))
                        writer.uint32(48).uint32(message.peerRank);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                Failure.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.Failure();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.code = value;
                                else
                                    delete message.code;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.message = value;
                                else
                                    delete message.message;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.hint = value;
                                else
                                    delete message.hint;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.bool())
                                    message.retryable = value;
                                else
                                    delete message.retryable;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.rank = value;
                                else
                                    delete message.rank;
                                continue;
                            }
                        case 6: {
                                if (wireType !== 0)
                                    break;
                                message.peerRank = reader.uint32();
                                message._peerRank = "peerRank";
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                Failure.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.Failure)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.Failure: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.Failure();
                    if (object.code != null)
                        if (typeof object.code !== "string" || object.code.length)
                            message.code = $String(object.code);
                    if (object.message != null)
                        if (typeof object.message !== "string" || object.message.length)
                            message.message = $String(object.message);
                    if (object.hint != null)
                        if (typeof object.hint !== "string" || object.hint.length)
                            message.hint = $String(object.hint);
                    if (object.retryable != null)
                        if (object.retryable)
                            message.retryable = $Boolean(object.retryable);
                    if (object.rank != null)
                        if ($Number(object.rank) !== 0)
                            message.rank = object.rank >>> 0;
                    if (object.peerRank != null)
                        message.peerRank = object.peerRank >>> 0;
                    return message;
                };

                Failure.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.code = "";
                        object.message = "";
                        object.hint = "";
                        object.retryable = false;
                        object.rank = 0;
                    }
                    if (message.code != null && $Object.hasOwnProperty.call(message, "code"))
                        object.code = message.code;
                    if (message.message != null && $Object.hasOwnProperty.call(message, "message"))
                        object.message = message.message;
                    if (message.hint != null && $Object.hasOwnProperty.call(message, "hint"))
                        object.hint = message.hint;
                    if (message.retryable != null && $Object.hasOwnProperty.call(message, "retryable"))
                        object.retryable = message.retryable;
                    if (message.rank != null && $Object.hasOwnProperty.call(message, "rank"))
                        object.rank = message.rank;
                    if (message.peerRank != null && $Object.hasOwnProperty.call(message, "peerRank"))
                        object.peerRank = message.peerRank;
                    return object;
                };

                Failure.prototype.toJSON = function() {
                    return Failure.toObject(this, $protobuf.util.toJSONOptions);
                };

                return Failure;
            })();

            v1.EvaluateRequest = (function() {

                const EvaluateRequest = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                EvaluateRequest.prototype.runId = "";
                EvaluateRequest.prototype.gangId = "";
                EvaluateRequest.prototype.rank = 0;
                EvaluateRequest.prototype.world = 0;
                EvaluateRequest.prototype.runConfigJson = "";
                EvaluateRequest.prototype.checkpointUrl = "";
                EvaluateRequest.prototype.blankImage = false;
                EvaluateRequest.prototype.outputUrl = "";

                EvaluateRequest.create = function(properties) {
                    return new EvaluateRequest(properties);
                };

                EvaluateRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId") && message.runId !== "")
                        writer.uint32(10).string(message.runId);
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId") && message.gangId !== "")
                        writer.uint32(18).string(message.gangId);
                    if (message.rank != null && $Object.hasOwnProperty.call(message, "rank") && message.rank !== 0)
                        writer.uint32(24).uint32(message.rank);
                    if (message.world != null && $Object.hasOwnProperty.call(message, "world") && message.world !== 0)
                        writer.uint32(32).uint32(message.world);
                    if (message.runConfigJson != null && $Object.hasOwnProperty.call(message, "runConfigJson") && message.runConfigJson !== "")
                        writer.uint32(42).string(message.runConfigJson);
                    if (message.checkpointUrl != null && $Object.hasOwnProperty.call(message, "checkpointUrl") && message.checkpointUrl !== "")
                        writer.uint32(50).string(message.checkpointUrl);
                    if (message.blankImage != null && $Object.hasOwnProperty.call(message, "blankImage") && message.blankImage !== false)
                        writer.uint32(56).bool(message.blankImage);
                    if (message.outputUrl != null && $Object.hasOwnProperty.call(message, "outputUrl") && message.outputUrl !== "")
                        writer.uint32(66).string(message.outputUrl);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                EvaluateRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.EvaluateRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.runId = value;
                                else
                                    delete message.runId;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.gangId = value;
                                else
                                    delete message.gangId;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.rank = value;
                                else
                                    delete message.rank;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.world = value;
                                else
                                    delete message.world;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.runConfigJson = value;
                                else
                                    delete message.runConfigJson;
                                continue;
                            }
                        case 6: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.checkpointUrl = value;
                                else
                                    delete message.checkpointUrl;
                                continue;
                            }
                        case 7: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.bool())
                                    message.blankImage = value;
                                else
                                    delete message.blankImage;
                                continue;
                            }
                        case 8: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.outputUrl = value;
                                else
                                    delete message.outputUrl;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                EvaluateRequest.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.EvaluateRequest)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.EvaluateRequest: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.EvaluateRequest();
                    if (object.runId != null)
                        if (typeof object.runId !== "string" || object.runId.length)
                            message.runId = $String(object.runId);
                    if (object.gangId != null)
                        if (typeof object.gangId !== "string" || object.gangId.length)
                            message.gangId = $String(object.gangId);
                    if (object.rank != null)
                        if ($Number(object.rank) !== 0)
                            message.rank = object.rank >>> 0;
                    if (object.world != null)
                        if ($Number(object.world) !== 0)
                            message.world = object.world >>> 0;
                    if (object.runConfigJson != null)
                        if (typeof object.runConfigJson !== "string" || object.runConfigJson.length)
                            message.runConfigJson = $String(object.runConfigJson);
                    if (object.checkpointUrl != null)
                        if (typeof object.checkpointUrl !== "string" || object.checkpointUrl.length)
                            message.checkpointUrl = $String(object.checkpointUrl);
                    if (object.blankImage != null)
                        if (object.blankImage)
                            message.blankImage = $Boolean(object.blankImage);
                    if (object.outputUrl != null)
                        if (typeof object.outputUrl !== "string" || object.outputUrl.length)
                            message.outputUrl = $String(object.outputUrl);
                    return message;
                };

                EvaluateRequest.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.runId = "";
                        object.gangId = "";
                        object.rank = 0;
                        object.world = 0;
                        object.runConfigJson = "";
                        object.checkpointUrl = "";
                        object.blankImage = false;
                        object.outputUrl = "";
                    }
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId"))
                        object.runId = message.runId;
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId"))
                        object.gangId = message.gangId;
                    if (message.rank != null && $Object.hasOwnProperty.call(message, "rank"))
                        object.rank = message.rank;
                    if (message.world != null && $Object.hasOwnProperty.call(message, "world"))
                        object.world = message.world;
                    if (message.runConfigJson != null && $Object.hasOwnProperty.call(message, "runConfigJson"))
                        object.runConfigJson = message.runConfigJson;
                    if (message.checkpointUrl != null && $Object.hasOwnProperty.call(message, "checkpointUrl"))
                        object.checkpointUrl = message.checkpointUrl;
                    if (message.blankImage != null && $Object.hasOwnProperty.call(message, "blankImage"))
                        object.blankImage = message.blankImage;
                    if (message.outputUrl != null && $Object.hasOwnProperty.call(message, "outputUrl"))
                        object.outputUrl = message.outputUrl;
                    return object;
                };

                EvaluateRequest.prototype.toJSON = function() {
                    return EvaluateRequest.toObject(this, $protobuf.util.toJSONOptions);
                };

                return EvaluateRequest;
            })();

            v1.EvaluateEvent = (function() {

                const EvaluateEvent = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                EvaluateEvent.prototype.progress = null;
                EvaluateEvent.prototype.done = null;
                EvaluateEvent.prototype.failed = null;

                let $oneOfFields;

                $Object.defineProperty(EvaluateEvent.prototype, "event", {
                    get: $util.oneOfGetter($oneOfFields = ["progress", "done", "failed"]),
                    set: $util.oneOfSetter($oneOfFields)
                });

                EvaluateEvent.create = function(properties) {
                    return new EvaluateEvent(properties);
                };

                EvaluateEvent.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.progress != null && $Object.hasOwnProperty.call(message, "progress"))
                        $root.ovis.trainer.v1.EvaluateProgress.encode(message.progress, writer.uint32(10).fork(), _depth + 1).ldelim();
                    if (message.done != null && $Object.hasOwnProperty.call(message, "done"))
                        $root.ovis.trainer.v1.EvaluateDone.encode(message.done, writer.uint32(18).fork(), _depth + 1).ldelim();
                    if (message.failed != null && $Object.hasOwnProperty.call(message, "failed"))
                        $root.ovis.trainer.v1.Failure.encode(message.failed, writer.uint32(26).fork(), _depth + 1).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                EvaluateEvent.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.EvaluateEvent();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                message.progress = $root.ovis.trainer.v1.EvaluateProgress.decode(reader, reader.size(), $undefined, _depth + 1, message.progress);
                                message.event = "progress";
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                message.done = $root.ovis.trainer.v1.EvaluateDone.decode(reader, reader.size(), $undefined, _depth + 1, message.done);
                                message.event = "done";
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                message.failed = $root.ovis.trainer.v1.Failure.decode(reader, reader.size(), $undefined, _depth + 1, message.failed);
                                message.event = "failed";
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                EvaluateEvent.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.EvaluateEvent)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.EvaluateEvent: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.EvaluateEvent();
                    if (object.progress != null) {
                        if (!$util.isObject(object.progress))
                            throw $TypeError(".ovis.trainer.v1.EvaluateEvent.progress: object expected");
                        message.progress = $root.ovis.trainer.v1.EvaluateProgress.fromObject(object.progress, _depth + 1);
                    }
                    if (object.done != null) {
                        if (!$util.isObject(object.done))
                            throw $TypeError(".ovis.trainer.v1.EvaluateEvent.done: object expected");
                        message.done = $root.ovis.trainer.v1.EvaluateDone.fromObject(object.done, _depth + 1);
                    }
                    if (object.failed != null) {
                        if (!$util.isObject(object.failed))
                            throw $TypeError(".ovis.trainer.v1.EvaluateEvent.failed: object expected");
                        message.failed = $root.ovis.trainer.v1.Failure.fromObject(object.failed, _depth + 1);
                    }
                    return message;
                };

                EvaluateEvent.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (message.progress != null && $Object.hasOwnProperty.call(message, "progress")) {
                        object.progress = $root.ovis.trainer.v1.EvaluateProgress.toObject(message.progress, options, _depth + 1);
                        if (options.oneofs)
                            object.event = "progress";
                    }
                    if (message.done != null && $Object.hasOwnProperty.call(message, "done")) {
                        object.done = $root.ovis.trainer.v1.EvaluateDone.toObject(message.done, options, _depth + 1);
                        if (options.oneofs)
                            object.event = "done";
                    }
                    if (message.failed != null && $Object.hasOwnProperty.call(message, "failed")) {
                        object.failed = $root.ovis.trainer.v1.Failure.toObject(message.failed, options, _depth + 1);
                        if (options.oneofs)
                            object.event = "failed";
                    }
                    return object;
                };

                EvaluateEvent.prototype.toJSON = function() {
                    return EvaluateEvent.toObject(this, $protobuf.util.toJSONOptions);
                };

                return EvaluateEvent;
            })();

            v1.EvaluateProgress = (function() {

                const EvaluateProgress = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                EvaluateProgress.prototype.done = 0;
                EvaluateProgress.prototype.total = 0;
                EvaluateProgress.prototype.questionsPerS = 0;
                EvaluateProgress.prototype.blankImage = false;

                EvaluateProgress.create = function(properties) {
                    return new EvaluateProgress(properties);
                };

                EvaluateProgress.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.done != null && $Object.hasOwnProperty.call(message, "done") && message.done !== 0)
                        writer.uint32(8).uint32(message.done);
                    if (message.total != null && $Object.hasOwnProperty.call(message, "total") && message.total !== 0)
                        writer.uint32(16).uint32(message.total);
                    if (message.questionsPerS != null && $Object.hasOwnProperty.call(message, "questionsPerS") && !$Object.is(message.questionsPerS, 0))
                        writer.uint32(25).double(message.questionsPerS);
                    if (message.blankImage != null && $Object.hasOwnProperty.call(message, "blankImage") && message.blankImage !== false)
                        writer.uint32(32).bool(message.blankImage);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                EvaluateProgress.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.EvaluateProgress();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.done = value;
                                else
                                    delete message.done;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.total = value;
                                else
                                    delete message.total;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.questionsPerS = value;
                                else
                                    delete message.questionsPerS;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.bool())
                                    message.blankImage = value;
                                else
                                    delete message.blankImage;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                EvaluateProgress.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.EvaluateProgress)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.EvaluateProgress: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.EvaluateProgress();
                    if (object.done != null)
                        if ($Number(object.done) !== 0)
                            message.done = object.done >>> 0;
                    if (object.total != null)
                        if ($Number(object.total) !== 0)
                            message.total = object.total >>> 0;
                    if (object.questionsPerS != null)
                        if (!$Object.is($Number(object.questionsPerS), 0))
                            message.questionsPerS = $Number(object.questionsPerS);
                    if (object.blankImage != null)
                        if (object.blankImage)
                            message.blankImage = $Boolean(object.blankImage);
                    return message;
                };

                EvaluateProgress.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.done = 0;
                        object.total = 0;
                        object.questionsPerS = 0;
                        object.blankImage = false;
                    }
                    if (message.done != null && $Object.hasOwnProperty.call(message, "done"))
                        object.done = message.done;
                    if (message.total != null && $Object.hasOwnProperty.call(message, "total"))
                        object.total = message.total;
                    if (message.questionsPerS != null && $Object.hasOwnProperty.call(message, "questionsPerS"))
                        object.questionsPerS = options.json && !$isFinite(message.questionsPerS) ? $String(message.questionsPerS) : message.questionsPerS;
                    if (message.blankImage != null && $Object.hasOwnProperty.call(message, "blankImage"))
                        object.blankImage = message.blankImage;
                    return object;
                };

                EvaluateProgress.prototype.toJSON = function() {
                    return EvaluateProgress.toObject(this, $protobuf.util.toJSONOptions);
                };

                return EvaluateProgress;
            })();

            v1.EvaluateDone = (function() {

                const EvaluateDone = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                EvaluateDone.prototype.predictionsUrl = "";
                EvaluateDone.prototype.questions = 0;

                EvaluateDone.create = function(properties) {
                    return new EvaluateDone(properties);
                };

                EvaluateDone.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.predictionsUrl != null && $Object.hasOwnProperty.call(message, "predictionsUrl") && message.predictionsUrl !== "")
                        writer.uint32(10).string(message.predictionsUrl);
                    if (message.questions != null && $Object.hasOwnProperty.call(message, "questions") && message.questions !== 0)
                        writer.uint32(16).uint32(message.questions);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                EvaluateDone.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.EvaluateDone();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.predictionsUrl = value;
                                else
                                    delete message.predictionsUrl;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.questions = value;
                                else
                                    delete message.questions;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                EvaluateDone.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.EvaluateDone)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.EvaluateDone: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.EvaluateDone();
                    if (object.predictionsUrl != null)
                        if (typeof object.predictionsUrl !== "string" || object.predictionsUrl.length)
                            message.predictionsUrl = $String(object.predictionsUrl);
                    if (object.questions != null)
                        if ($Number(object.questions) !== 0)
                            message.questions = object.questions >>> 0;
                    return message;
                };

                EvaluateDone.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.predictionsUrl = "";
                        object.questions = 0;
                    }
                    if (message.predictionsUrl != null && $Object.hasOwnProperty.call(message, "predictionsUrl"))
                        object.predictionsUrl = message.predictionsUrl;
                    if (message.questions != null && $Object.hasOwnProperty.call(message, "questions"))
                        object.questions = message.questions;
                    return object;
                };

                EvaluateDone.prototype.toJSON = function() {
                    return EvaluateDone.toObject(this, $protobuf.util.toJSONOptions);
                };

                return EvaluateDone;
            })();

            v1.GetStatusRequest = (function() {

                const GetStatusRequest = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                GetStatusRequest.create = function(properties) {
                    return new GetStatusRequest(properties);
                };

                GetStatusRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                GetStatusRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.GetStatusRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        reader.skipType(tag & 7, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                GetStatusRequest.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.GetStatusRequest)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.GetStatusRequest: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    return new $root.ovis.trainer.v1.GetStatusRequest();
                };

                GetStatusRequest.toObject = function () {
                    return {};
                };

                GetStatusRequest.prototype.toJSON = function() {
                    return GetStatusRequest.toObject(this, $protobuf.util.toJSONOptions);
                };

                return GetStatusRequest;
            })();

            v1.GetStatusResponse = (function() {

                const GetStatusResponse = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                GetStatusResponse.prototype.trainerId = "";
                GetStatusResponse.prototype.state = 0;
                GetStatusResponse.prototype.runId = "";
                GetStatusResponse.prototype.gangId = "";
                GetStatusResponse.prototype.stage = 0;
                GetStatusResponse.prototype.step = 0;
                GetStatusResponse.prototype.stepsTotal = 0;
                GetStatusResponse.prototype.phase = 0;
                GetStatusResponse.prototype.rank = 0;
                GetStatusResponse.prototype.group = null;

                GetStatusResponse.create = function(properties) {
                    return new GetStatusResponse(properties);
                };

                GetStatusResponse.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.trainerId != null && $Object.hasOwnProperty.call(message, "trainerId") && message.trainerId !== "")
                        writer.uint32(10).string(message.trainerId);
                    if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== 0)
                        writer.uint32(16).int32(message.state);
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId") && message.runId !== "")
                        writer.uint32(26).string(message.runId);
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId") && message.gangId !== "")
                        writer.uint32(34).string(message.gangId);
                    if (message.stage != null && $Object.hasOwnProperty.call(message, "stage") && message.stage !== 0)
                        writer.uint32(40).uint32(message.stage);
                    if (message.step != null && $Object.hasOwnProperty.call(message, "step") && message.step !== 0)
                        writer.uint32(48).uint32(message.step);
                    if (message.stepsTotal != null && $Object.hasOwnProperty.call(message, "stepsTotal") && message.stepsTotal !== 0)
                        writer.uint32(56).uint32(message.stepsTotal);
                    if (message.phase != null && $Object.hasOwnProperty.call(message, "phase") && message.phase !== 0)
                        writer.uint32(64).int32(message.phase);
                    if (message.rank != null && $Object.hasOwnProperty.call(message, "rank") && message.rank !== 0)
                        writer.uint32(72).uint32(message.rank);
                    if (message.group != null && $Object.hasOwnProperty.call(message, "group"))
                        $root.ovis.collective.v1.Group.encode(message.group, writer.uint32(82).fork(), _depth + 1).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                GetStatusResponse.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.GetStatusResponse();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.trainerId = value;
                                else
                                    delete message.trainerId;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.int32())
                                    message.state = value;
                                else
                                    delete message.state;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.runId = value;
                                else
                                    delete message.runId;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.gangId = value;
                                else
                                    delete message.gangId;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.stage = value;
                                else
                                    delete message.stage;
                                continue;
                            }
                        case 6: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.step = value;
                                else
                                    delete message.step;
                                continue;
                            }
                        case 7: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.stepsTotal = value;
                                else
                                    delete message.stepsTotal;
                                continue;
                            }
                        case 8: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.int32())
                                    message.phase = value;
                                else
                                    delete message.phase;
                                continue;
                            }
                        case 9: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.rank = value;
                                else
                                    delete message.rank;
                                continue;
                            }
                        case 10: {
                                if (wireType !== 2)
                                    break;
                                message.group = $root.ovis.collective.v1.Group.decode(reader, reader.size(), $undefined, _depth + 1, message.group);
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                GetStatusResponse.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.GetStatusResponse)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.GetStatusResponse: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.GetStatusResponse();
                    if (object.trainerId != null)
                        if (typeof object.trainerId !== "string" || object.trainerId.length)
                            message.trainerId = $String(object.trainerId);
                    if (object.state !== 0 && (typeof object.state !== "string" || $root.ovis.trainer.v1.TrainerState[object.state] !== 0))
                        switch (object.state) {
                        case "TRAINER_STATE_UNSPECIFIED":
                        case 0:
                            message.state = 0;
                            break;
                        case "TRAINER_STATE_IDLE":
                        case 1:
                            message.state = 1;
                            break;
                        case "TRAINER_STATE_BUSY":
                        case 2:
                            message.state = 2;
                            break;
                        case "TRAINER_STATE_DRAINING":
                        case 3:
                            message.state = 3;
                            break;
                        default:
                            if (typeof object.state === "number" && (object.state | 0) === object.state)
                                message.state = object.state;
                        }
                    if (object.runId != null)
                        if (typeof object.runId !== "string" || object.runId.length)
                            message.runId = $String(object.runId);
                    if (object.gangId != null)
                        if (typeof object.gangId !== "string" || object.gangId.length)
                            message.gangId = $String(object.gangId);
                    if (object.stage != null)
                        if ($Number(object.stage) !== 0)
                            message.stage = object.stage >>> 0;
                    if (object.step != null)
                        if ($Number(object.step) !== 0)
                            message.step = object.step >>> 0;
                    if (object.stepsTotal != null)
                        if ($Number(object.stepsTotal) !== 0)
                            message.stepsTotal = object.stepsTotal >>> 0;
                    if (object.phase !== 0 && (typeof object.phase !== "string" || $root.ovis.trainer.v1.StagePhase[object.phase] !== 0))
                        switch (object.phase) {
                        case "STAGE_PHASE_UNSPECIFIED":
                        case 0:
                            message.phase = 0;
                            break;
                        case "STAGE_PHASE_LOADING":
                        case 1:
                            message.phase = 1;
                            break;
                        case "STAGE_PHASE_COMPILING":
                        case 2:
                            message.phase = 2;
                            break;
                        case "STAGE_PHASE_TRAINING":
                        case 3:
                            message.phase = 3;
                            break;
                        case "STAGE_PHASE_CHECKPOINTING":
                        case 4:
                            message.phase = 4;
                            break;
                        default:
                            if (typeof object.phase === "number" && (object.phase | 0) === object.phase)
                                message.phase = object.phase;
                        }
                    if (object.rank != null)
                        if ($Number(object.rank) !== 0)
                            message.rank = object.rank >>> 0;
                    if (object.group != null) {
                        if (!$util.isObject(object.group))
                            throw $TypeError(".ovis.trainer.v1.GetStatusResponse.group: object expected");
                        message.group = $root.ovis.collective.v1.Group.fromObject(object.group, _depth + 1);
                    }
                    return message;
                };

                GetStatusResponse.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.defaults) {
                        object.trainerId = "";
                        object.state = options.enums === $String ? "TRAINER_STATE_UNSPECIFIED" : 0;
                        object.runId = "";
                        object.gangId = "";
                        object.stage = 0;
                        object.step = 0;
                        object.stepsTotal = 0;
                        object.phase = options.enums === $String ? "STAGE_PHASE_UNSPECIFIED" : 0;
                        object.rank = 0;
                        object.group = null;
                    }
                    if (message.trainerId != null && $Object.hasOwnProperty.call(message, "trainerId"))
                        object.trainerId = message.trainerId;
                    if (message.state != null && $Object.hasOwnProperty.call(message, "state"))
                        object.state = options.enums === $String ? $root.ovis.trainer.v1.TrainerState[message.state] === $undefined ? message.state : $root.ovis.trainer.v1.TrainerState[message.state] : message.state;
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId"))
                        object.runId = message.runId;
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId"))
                        object.gangId = message.gangId;
                    if (message.stage != null && $Object.hasOwnProperty.call(message, "stage"))
                        object.stage = message.stage;
                    if (message.step != null && $Object.hasOwnProperty.call(message, "step"))
                        object.step = message.step;
                    if (message.stepsTotal != null && $Object.hasOwnProperty.call(message, "stepsTotal"))
                        object.stepsTotal = message.stepsTotal;
                    if (message.phase != null && $Object.hasOwnProperty.call(message, "phase"))
                        object.phase = options.enums === $String ? $root.ovis.trainer.v1.StagePhase[message.phase] === $undefined ? message.phase : $root.ovis.trainer.v1.StagePhase[message.phase] : message.phase;
                    if (message.rank != null && $Object.hasOwnProperty.call(message, "rank"))
                        object.rank = message.rank;
                    if (message.group != null && $Object.hasOwnProperty.call(message, "group"))
                        object.group = $root.ovis.collective.v1.Group.toObject(message.group, options, _depth + 1);
                    return object;
                };

                GetStatusResponse.prototype.toJSON = function() {
                    return GetStatusResponse.toObject(this, $protobuf.util.toJSONOptions);
                };

                return GetStatusResponse;
            })();

            v1.DiagnoseRequest = (function() {

                const DiagnoseRequest = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                DiagnoseRequest.create = function(properties) {
                    return new DiagnoseRequest(properties);
                };

                DiagnoseRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                DiagnoseRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.DiagnoseRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        reader.skipType(tag & 7, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                DiagnoseRequest.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.DiagnoseRequest)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.DiagnoseRequest: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    return new $root.ovis.trainer.v1.DiagnoseRequest();
                };

                DiagnoseRequest.toObject = function () {
                    return {};
                };

                DiagnoseRequest.prototype.toJSON = function() {
                    return DiagnoseRequest.toObject(this, $protobuf.util.toJSONOptions);
                };

                return DiagnoseRequest;
            })();

            v1.DiagnoseResponse = (function() {

                const DiagnoseResponse = function (properties) {
                    this.activeResources = [];
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                DiagnoseResponse.prototype.runId = "";
                DiagnoseResponse.prototype.gangId = "";
                DiagnoseResponse.prototype.generation = 0;
                DiagnoseResponse.prototype.rank = 0;
                DiagnoseResponse.prototype.stage = 0;
                DiagnoseResponse.prototype.step = 0;
                DiagnoseResponse.prototype.phase = 0;
                DiagnoseResponse.prototype.silentMs = 0;
                DiagnoseResponse.prototype.blockedMs = 0;
                DiagnoseResponse.prototype.blockedStack = "";
                DiagnoseResponse.prototype.collectivesJson = "";
                DiagnoseResponse.prototype.activeResources = $util.emptyArray;
                DiagnoseResponse.prototype.rssBytes = 0;

                DiagnoseResponse.create = function(properties) {
                    return new DiagnoseResponse(properties);
                };

                DiagnoseResponse.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId") && message.runId !== "")
                        writer.uint32(10).string(message.runId);
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId") && message.gangId !== "")
                        writer.uint32(18).string(message.gangId);
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation") && message.generation !== 0)
                        writer.uint32(24).uint32(message.generation);
                    if (message.rank != null && $Object.hasOwnProperty.call(message, "rank") && message.rank !== 0)
                        writer.uint32(32).uint32(message.rank);
                    if (message.stage != null && $Object.hasOwnProperty.call(message, "stage") && message.stage !== 0)
                        writer.uint32(40).uint32(message.stage);
                    if (message.step != null && $Object.hasOwnProperty.call(message, "step") && message.step !== 0)
                        writer.uint32(48).uint32(message.step);
                    if (message.phase != null && $Object.hasOwnProperty.call(message, "phase") && message.phase !== 0)
                        writer.uint32(56).int32(message.phase);
                    if (message.silentMs != null && $Object.hasOwnProperty.call(message, "silentMs") && !$Object.is(message.silentMs, 0))
                        writer.uint32(65).double(message.silentMs);
                    if (message.blockedMs != null && $Object.hasOwnProperty.call(message, "blockedMs") && !$Object.is(message.blockedMs, 0))
                        writer.uint32(73).double(message.blockedMs);
                    if (message.blockedStack != null && $Object.hasOwnProperty.call(message, "blockedStack") && message.blockedStack !== "")
                        writer.uint32(82).string(message.blockedStack);
                    if (message.collectivesJson != null && $Object.hasOwnProperty.call(message, "collectivesJson") && message.collectivesJson !== "")
                        writer.uint32(90).string(message.collectivesJson);
                    if (message.activeResources != null && message.activeResources.length)
                        for (let i = 0; i < message.activeResources.length; ++i)
                            writer.uint32(98).string(message.activeResources[i]);
                    if (message.rssBytes != null && $Object.hasOwnProperty.call(message, "rssBytes") && !$Object.is(message.rssBytes, 0))
                        writer.uint32(105).double(message.rssBytes);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                DiagnoseResponse.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.ovis.trainer.v1.DiagnoseResponse();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.runId = value;
                                else
                                    delete message.runId;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.gangId = value;
                                else
                                    delete message.gangId;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.generation = value;
                                else
                                    delete message.generation;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.rank = value;
                                else
                                    delete message.rank;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.stage = value;
                                else
                                    delete message.stage;
                                continue;
                            }
                        case 6: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.step = value;
                                else
                                    delete message.step;
                                continue;
                            }
                        case 7: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.int32())
                                    message.phase = value;
                                else
                                    delete message.phase;
                                continue;
                            }
                        case 8: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.silentMs = value;
                                else
                                    delete message.silentMs;
                                continue;
                            }
                        case 9: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.blockedMs = value;
                                else
                                    delete message.blockedMs;
                                continue;
                            }
                        case 10: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.blockedStack = value;
                                else
                                    delete message.blockedStack;
                                continue;
                            }
                        case 11: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.collectivesJson = value;
                                else
                                    delete message.collectivesJson;
                                continue;
                            }
                        case 12: {
                                if (wireType !== 2)
                                    break;
                                if (!(message.activeResources && message.activeResources.length))
                                    message.activeResources = [];
                                message.activeResources.push(reader.stringVerify());
                                continue;
                            }
                        case 13: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.rssBytes = value;
                                else
                                    delete message.rssBytes;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                DiagnoseResponse.fromObject = function (object, _depth) {
                    if (object instanceof $root.ovis.trainer.v1.DiagnoseResponse)
                        return object;
                    if (!$util.isObject(object))
                        throw $TypeError(".ovis.trainer.v1.DiagnoseResponse: object expected");
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let message = new $root.ovis.trainer.v1.DiagnoseResponse();
                    if (object.runId != null)
                        if (typeof object.runId !== "string" || object.runId.length)
                            message.runId = $String(object.runId);
                    if (object.gangId != null)
                        if (typeof object.gangId !== "string" || object.gangId.length)
                            message.gangId = $String(object.gangId);
                    if (object.generation != null)
                        if ($Number(object.generation) !== 0)
                            message.generation = object.generation >>> 0;
                    if (object.rank != null)
                        if ($Number(object.rank) !== 0)
                            message.rank = object.rank >>> 0;
                    if (object.stage != null)
                        if ($Number(object.stage) !== 0)
                            message.stage = object.stage >>> 0;
                    if (object.step != null)
                        if ($Number(object.step) !== 0)
                            message.step = object.step >>> 0;
                    if (object.phase !== 0 && (typeof object.phase !== "string" || $root.ovis.trainer.v1.StagePhase[object.phase] !== 0))
                        switch (object.phase) {
                        case "STAGE_PHASE_UNSPECIFIED":
                        case 0:
                            message.phase = 0;
                            break;
                        case "STAGE_PHASE_LOADING":
                        case 1:
                            message.phase = 1;
                            break;
                        case "STAGE_PHASE_COMPILING":
                        case 2:
                            message.phase = 2;
                            break;
                        case "STAGE_PHASE_TRAINING":
                        case 3:
                            message.phase = 3;
                            break;
                        case "STAGE_PHASE_CHECKPOINTING":
                        case 4:
                            message.phase = 4;
                            break;
                        default:
                            if (typeof object.phase === "number" && (object.phase | 0) === object.phase)
                                message.phase = object.phase;
                        }
                    if (object.silentMs != null)
                        if (!$Object.is($Number(object.silentMs), 0))
                            message.silentMs = $Number(object.silentMs);
                    if (object.blockedMs != null)
                        if (!$Object.is($Number(object.blockedMs), 0))
                            message.blockedMs = $Number(object.blockedMs);
                    if (object.blockedStack != null)
                        if (typeof object.blockedStack !== "string" || object.blockedStack.length)
                            message.blockedStack = $String(object.blockedStack);
                    if (object.collectivesJson != null)
                        if (typeof object.collectivesJson !== "string" || object.collectivesJson.length)
                            message.collectivesJson = $String(object.collectivesJson);
                    if (object.activeResources) {
                        if (!$Array.isArray(object.activeResources))
                            throw $TypeError(".ovis.trainer.v1.DiagnoseResponse.activeResources: array expected");
                        message.activeResources = $Array(object.activeResources.length);
                        for (let i = 0; i < object.activeResources.length; ++i)
                            message.activeResources[i] = $String(object.activeResources[i]);
                    }
                    if (object.rssBytes != null)
                        if (!$Object.is($Number(object.rssBytes), 0))
                            message.rssBytes = $Number(object.rssBytes);
                    return message;
                };

                DiagnoseResponse.toObject = function (message, options, _depth) {
                    if (!options)
                        options = {};
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    let object = {};
                    if (options.arrays || options.defaults)
                        object.activeResources = [];
                    if (options.defaults) {
                        object.runId = "";
                        object.gangId = "";
                        object.generation = 0;
                        object.rank = 0;
                        object.stage = 0;
                        object.step = 0;
                        object.phase = options.enums === $String ? "STAGE_PHASE_UNSPECIFIED" : 0;
                        object.silentMs = 0;
                        object.blockedMs = 0;
                        object.blockedStack = "";
                        object.collectivesJson = "";
                        object.rssBytes = 0;
                    }
                    if (message.runId != null && $Object.hasOwnProperty.call(message, "runId"))
                        object.runId = message.runId;
                    if (message.gangId != null && $Object.hasOwnProperty.call(message, "gangId"))
                        object.gangId = message.gangId;
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation"))
                        object.generation = message.generation;
                    if (message.rank != null && $Object.hasOwnProperty.call(message, "rank"))
                        object.rank = message.rank;
                    if (message.stage != null && $Object.hasOwnProperty.call(message, "stage"))
                        object.stage = message.stage;
                    if (message.step != null && $Object.hasOwnProperty.call(message, "step"))
                        object.step = message.step;
                    if (message.phase != null && $Object.hasOwnProperty.call(message, "phase"))
                        object.phase = options.enums === $String ? $root.ovis.trainer.v1.StagePhase[message.phase] === $undefined ? message.phase : $root.ovis.trainer.v1.StagePhase[message.phase] : message.phase;
                    if (message.silentMs != null && $Object.hasOwnProperty.call(message, "silentMs"))
                        object.silentMs = options.json && !$isFinite(message.silentMs) ? $String(message.silentMs) : message.silentMs;
                    if (message.blockedMs != null && $Object.hasOwnProperty.call(message, "blockedMs"))
                        object.blockedMs = options.json && !$isFinite(message.blockedMs) ? $String(message.blockedMs) : message.blockedMs;
                    if (message.blockedStack != null && $Object.hasOwnProperty.call(message, "blockedStack"))
                        object.blockedStack = message.blockedStack;
                    if (message.collectivesJson != null && $Object.hasOwnProperty.call(message, "collectivesJson"))
                        object.collectivesJson = message.collectivesJson;
                    if (message.activeResources && message.activeResources.length) {
                        object.activeResources = $Array(message.activeResources.length);
                        for (let j = 0; j < message.activeResources.length; ++j)
                            object.activeResources[j] = message.activeResources[j];
                    }
                    if (message.rssBytes != null && $Object.hasOwnProperty.call(message, "rssBytes"))
                        object.rssBytes = options.json && !$isFinite(message.rssBytes) ? $String(message.rssBytes) : message.rssBytes;
                    return object;
                };

                DiagnoseResponse.prototype.toJSON = function() {
                    return DiagnoseResponse.toObject(this, $protobuf.util.toJSONOptions);
                };

                return DiagnoseResponse;
            })();

            return v1;
        })();

        return trainer;
    })();

    return ovis;
})();

export {
  $root as default
};
