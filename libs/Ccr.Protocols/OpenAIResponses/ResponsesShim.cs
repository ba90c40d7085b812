using Ccr.Protocols.Json;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>
/// The tools that OpenAI's models know by type and the client runs: for other providers they are functions with a schema of our own, and
/// their calls and results have items of their own.
/// </summary>
/// <param name="Type">The tool's type, and its name as a function.</param>
/// <param name="CallType">The item of a call.</param>
/// <param name="OutputType">The item of its result.</param>
/// <param name="Field">The call's field that holds what to do.</param>
/// <param name="IdPrefix">The beginning of the call item's id.</param>
/// <param name="Description">What it does, said to models that do not know it.</param>
/// <param name="Schema">JSON Schema of what <paramref name="Field"/> holds.</param>
internal sealed record ResponsesShim(string Type, string CallType, string OutputType, string Field, string IdPrefix, string Description, string Schema)
{
    private static readonly ResponsesShim[] Table =
    [
        new(
            "local_shell",
            "local_shell_call",
            "local_shell_call_output",
            "action",
            "lsh_",
            "Runs a command on the user's machine and gives its output.",
            """{"type":"object","properties":{"command":{"type":"array","items":{"type":"string"},"description":"The program and its arguments."},"working_directory":{"type":"string"},"timeout_ms":{"type":"integer"},"env":{"type":"object","additionalProperties":{"type":"string"}}},"required":["command"]}"""),
        new(
            "shell",
            "shell_call",
            "shell_call_output",
            "action",
            "sh_",
            "Runs shell commands on the user's machine and gives their output.",
            """{"type":"object","properties":{"commands":{"type":"array","items":{"type":"string"},"description":"Shell commands, run one after the other."},"timeout_ms":{"type":"integer"},"max_output_length":{"type":"integer"}},"required":["commands"]}"""),
        new(
            "apply_patch",
            "apply_patch_call",
            "apply_patch_call_output",
            "operation",
            "apc_",
            "Creates, changes or deletes one file.",
            """{"type":"object","properties":{"type":{"type":"string","enum":["create_file","update_file","delete_file"]},"path":{"type":"string"},"diff":{"type":"string","description":"The change in V4A form; for create_file every line begins with +. Not for delete_file."}},"required":["type","path"]}"""),
    ];

    private readonly byte[] _type = System.Text.Encoding.ASCII.GetBytes(Type);
    private readonly byte[] _callType = System.Text.Encoding.ASCII.GetBytes(CallType);
    private readonly byte[] _outputType = System.Text.Encoding.ASCII.GetBytes(OutputType);

    /// <summary>The type, which is also the function's name.</summary>
    public EscapedText Name => new(_type);

    /// <summary>The item type of a call.</summary>
    public ReadOnlySpan<byte> CallTypeBytes => _callType;

    /// <summary>The item type of a result.</summary>
    public ReadOnlySpan<byte> OutputTypeBytes => _outputType;

    /// <summary>The schema.</summary>
    public RawJson SchemaJson { get; } = new(System.Text.Encoding.UTF8.GetBytes(Schema));

    /// <summary>The description.</summary>
    public EscapedText DescriptionText { get; } = EscapedText.From(Description);

    /// <summary>The shim of a tool type; null when it is none.</summary>
    public static ResponsesShim? OfTool(ReadOnlySpan<byte> type)
    {
        foreach (var shim in Table)
        {
            if (type.SequenceEqual(shim._type))
            {
                return shim;
            }
        }

        return null;
    }

    /// <summary>The shim of a call item's type; null when it is none.</summary>
    public static ResponsesShim? OfCall(ReadOnlySpan<byte> type)
    {
        foreach (var shim in Table)
        {
            if (type.SequenceEqual(shim._callType))
            {
                return shim;
            }
        }

        return null;
    }

    /// <summary>The shim of a result item's type; null when it is none.</summary>
    public static ResponsesShim? OfOutput(ReadOnlySpan<byte> type)
    {
        foreach (var shim in Table)
        {
            if (type.SequenceEqual(shim._outputType))
            {
                return shim;
            }
        }

        return null;
    }
}
