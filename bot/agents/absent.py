"""Names of the OpenAI Agents SDK that are not here, and why; the README beside this file lists them too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

_OUT_OF_SCOPE = ("Computer", "Sandbox", "Voice", "STT", "TTS")
"""How names begin of which there are too many to list."""

_WHY: Mapping[str, str] = {
    "computer use is out of scope": """
        AsyncComputer Button Computer ComputerProvider ComputerTool ComputerToolCustomDataContext
        ComputerToolCustomDataExtractor Environment dispose_resolved_computers resolve_computer""",
    "sandboxes are out of scope": "sandbox",
    "voice is out of scope": """
        SpeechGroupSpanData SpeechSpanData TranscriptionSpanData speech_group_span speech_span transcription_span""",
    "realtime comes in a later version": """
        AssistantMessageItem AssistantText InputAudio InputText OpenAIRealtimeSIPModel OpenAIRealtimeWebSocketModel
        RealtimeAgent RealtimeAgentEndEvent RealtimeAgentHooks RealtimeAgentStartEvent RealtimeAudio RealtimeAudioEnd
        RealtimeAudioFormat RealtimeAudioInterrupted RealtimeClientMessage RealtimeConnectionStatus RealtimeError
        RealtimeEventInfo RealtimeGuardrailTripped RealtimeGuardrailsSettings RealtimeHandoffEvent RealtimeHistoryAdded
        RealtimeHistoryUpdated RealtimeInputAudioNoiseReductionConfig RealtimeInputAudioTranscriptionConfig RealtimeItem
        RealtimeMessageItem RealtimeModel RealtimeModelAudioDoneEvent RealtimeModelAudioEvent
        RealtimeModelAudioInterruptedEvent RealtimeModelCachedTokensDetails RealtimeModelConfig
        RealtimeModelConnectionStatusEvent RealtimeModelEndOfStreamEvent RealtimeModelErrorEvent RealtimeModelEvent
        RealtimeModelExceptionEvent RealtimeModelInputAudioTranscriptionCompletedEvent RealtimeModelInputTextContent
        RealtimeModelInputTokensDetails RealtimeModelItemDeletedEvent RealtimeModelItemUpdatedEvent
        RealtimeModelListener RealtimeModelName RealtimeModelOtherEvent RealtimeModelOutputTextDeltaEvent
        RealtimeModelOutputTokensDetails RealtimeModelRawClientMessage RealtimeModelSendAudio RealtimeModelSendEvent
        RealtimeModelSendInterrupt RealtimeModelSendRawMessage RealtimeModelSendSessionUpdate
        RealtimeModelSendToolOutput RealtimeModelSendUserInput RealtimeModelToolCallEvent RealtimeModelTracingConfig
        RealtimeModelTranscriptDeltaEvent RealtimeModelTurnEndedEvent RealtimeModelTurnStartedEvent
        RealtimeModelUsageEvent RealtimeModelUserInput RealtimeModelUserInputMessage RealtimePlaybackState
        RealtimePlaybackTracker RealtimeRawModelEvent RealtimeReasoningConfig RealtimeReasoningEffort RealtimeResponse
        RealtimeRunConfig RealtimeRunHooks RealtimeRunner RealtimeSession RealtimeSessionEvent
        RealtimeSessionModelSettings RealtimeToolApprovalRequired RealtimeToolCallItem RealtimeToolEnd
        RealtimeToolExecutionConfig RealtimeToolStart RealtimeTurnDetectionConfig RealtimeUserInput
        RealtimeUserInputMessage RealtimeUserInputText SystemMessageItem UserMessageItem realtime_handoff""",
    "spans are OpenTelemetry's: set up an exporter of it, and use `trace`, `custom_span` and its own API": """
        AgentSpanData CustomSpanData FunctionSpanData GenerationSpanData GuardrailSpanData HandoffSpanData
        MCPListToolsSpanData ModelTracing ResponseSpanData Span SpanData SpanError TaskSpanData Trace TracingProcessor
        TurnSpanData add_trace_processor agent_span flush_traces function_span gen_span_id generation_span
        get_current_span get_current_trace guardrail_span handoff_span mcp_tools_span response_span
        set_trace_processors set_trace_provider set_tracing_export_api_key task_span turn_span""",
    "requests are retried by the client: `AsyncOpenAI(max_retries=...)`": """
        ModelRetryAdvice ModelRetryAdviceRequest ModelRetryBackoffSettings ModelRetryNormalizedError
        ModelRetrySettings RetryDecision RetryPolicy RetryPolicyContext retry_policies""",
    "the errors of the model's client come through as they are, such as `openai.APITimeoutError`": "ModelTimeoutError",
    "a call that took too long is told to the model or, where it may have done something, to a person": """
        ToolTimeoutError""",
    "a call of an MCP server that broke off is told to the model, or may have run": "MCPToolCancellationError",
    "there is one transport, HTTP": """
        OpenAIResponsesWSModel OpenAIResponsesWebSocketOptions ResponsesWebSocketSession responses_websocket_session
        set_default_openai_responses_transport""",
    "it registers agents at OpenAI, which this runtime does not": """
        OpenAIAgentRegistrationConfig set_default_openai_agent_registration set_default_openai_harness""",
    "a name of a model is for one provider: write a `ModelProvider` that looks at the name": "MultiProvider",
    "instructions are the app's own; a stored prompt goes as `ModelSettings(extra_args={'prompt': {...}})`": """
        DynamicPromptFunction GenerateDynamicPromptData Prompt""",
    "what the model reads is what the run has recorded; a handoff may filter it with `input_filter`": """
        CallModelData CallModelInputFilter HandoffHistoryMapper ModelInputData default_handoff_history_mapper
        get_conversation_history_wrappers nest_handoff_history reset_conversation_history_wrappers
        set_conversation_history_wrappers""",
    "a session is read as it is, up to the limit of its `SessionSettings`": "SessionInputCallback",
    "histories are not shortened by themselves": """
        CompactionItem OpenAIResponsesCompactionArgs OpenAIResponsesCompactionAwareSession
        OpenAIResponsesCompactionSession ToolOutputTrimmer is_openai_responses_compaction_aware_session""",
    "write a session of your own, which takes five methods; `bot.store` has one for Redis": """
        AdvancedSQLiteSession DaprSession EncryptedSession MongoDBSession RedisSession SQLAlchemySession""",
    "`SQLiteSession` leaves the event loop free already": "AsyncSQLiteSession",
    "what a guardrail said is kept with the run as a `GuardrailResult` of plain JSON": """
        ToolInputGuardrailResult ToolOutputGuardrailResult""",
    "`run_data` of an error is a `RunResult`": "RunErrorData RunErrorDetails",
    "a record of its own for each call says where it is from: `path`, `server`, `agent`": """
        AgentToolInvocation ToolOrigin ToolOriginType""",
    "a name twice is refused when the agent is made": "ToolNameCollisionPolicy",
    "a tool that does not exist is told to the model, always": "ToolNotFoundBehavior",
    "ids of reasoning items are kept as they came": "ReasoningItemIdPolicy",
    "an answer that a guardrail stopped is not kept, so that there is nothing to word": """
        OutputGuardrailBlockedMessageArgs OutputGuardrailBlockedMessageFormatter""",
    "nothing is kept beside what the model reads; note it in the tool": """
        ApplyPatchToolCustomDataContext ApplyPatchToolCustomDataExtractor CustomToolCustomDataContext
        CustomToolCustomDataExtractor FunctionToolCustomDataContext FunctionToolCustomDataExtractor
        MCPToolCustomDataContext MCPToolCustomDataExtractor""",
    "a server finds the key of a call in `_meta`, and nothing else": "MCPToolMetaContext MCPToolMetaResolver",
    "`async with opened(servers)` of `bot.agents.mcp` opens several, and tries again": "MCPServerManager",
    "`load_mcp_tools` and `Agent.get_mcp_tools` give the tools of servers": "MCPUtil",
    "`ShellTool` carries out `local_shell_call` items too": """
        LocalShellCommandRequest LocalShellExecutor LocalShellTool""",
    "`environment` and `tool_config` are mappings as the API has them": """
        ImageGenerationToolConfig ShellToolContainerAutoEnvironment ShellToolContainerNetworkPolicy
        ShellToolContainerNetworkPolicyAllowlist ShellToolContainerNetworkPolicyDisabled
        ShellToolContainerNetworkPolicyDomainSecret ShellToolContainerReferenceEnvironment ShellToolContainerSkill
        ShellToolEnvironment ShellToolHostedEnvironment ShellToolInlineSkill ShellToolInlineSkillSource
        ShellToolLocalEnvironment ShellToolLocalSkill ShellToolSkillReference WebSearchToolImageSettings""",
    "every tool is offered at once, by its plain name": """
        ToolSearchCallItem ToolSearchOutputItem ToolSearchTool tool_namespace""",
    "models call tools themselves, and not by programs of theirs": "ProgrammaticToolCallingTool ToolCaller",
    "tools take JSON: a function of one text does as well": "CustomTool",
    "there is one kind of agent, `Agent`": "AgentBase",
    "runs within are not streamed; hooks of `as_tool(hooks=...)` see what they do": "AgentToolStreamEvent",
    "`assent dev` and `assent demo` are there to try an agent": "run_demo_loop",
    "say in your instructions what the agents need to know of handoffs": """
        RECOMMENDED_PROMPT_PREFIX prompt_with_handoff_instructions""",
    "there is one `Runner`": "AgentRunner get_default_agent_runner set_default_agent_runner",
    "agents are not drawn": "draw_graph",
    "ask `importlib.metadata.version('assent')`": "__version__",
}

ABSENT: Mapping[str, str] = {name: why for why, names in _WHY.items() for name in names.split()}
"""Why each of them is not here."""


def refuse(module: str, name: str) -> NoReturn:
    """Raises for whoever wants a name that a module does not have: `ImportError` with the reason where there is one.

    For other names it is an `AttributeError`, after which Python looks for a module of that name.
    """
    why = ABSENT.get(name) or ("it is out of scope" if name.startswith(_OUT_OF_SCOPE) else None)
    if why is None:
        raise AttributeError(f"{module} has no {name}. What it has is in {module}.__all__.", name=name)
    raise ImportError(f"{module} has no {name}: {why}.", name=name)
