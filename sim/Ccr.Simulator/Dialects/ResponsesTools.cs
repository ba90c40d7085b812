using System.Text.Json;
using Ccr.Simulator.Answers;

namespace Ccr.Simulator.Dialects;

/// <summary>The tools of a Responses request that the caller runs: functions, custom tools of free text, and both within namespaces.</summary>
internal sealed class ResponsesTools(bool strict)
{
    // Codex puts its own functions into a namespace of this name, which is none.
    private const string PlainNamespace = "functions";

    private readonly List<DeclaredTool> _declared = [];
    private HashSet<string>? _allowed;

    /// <summary>The tools that may be called.</summary>
    public IReadOnlyList<DeclaredTool> Declared => _allowed is null ? _declared : [.. _declared.Where(t => _allowed.Contains(t.Name))];

    /// <summary>Takes a tool, or the tools of a namespace. Tools that run at the provider are not for the simulator to call.</summary>
    public void Add(JsonElement tool, string? space)
    {
        switch (tool.GetText("type"))
        {
            case "function":
                var name = Name(tool);
                if (strict)
                {
                    ResponsesRules.CheckFunction(tool, name);
                }

                _declared.Add(new DeclaredTool(name, tool.Get("parameters"), Namespace: space));
                break;
            case "custom":
                _declared.Add(new DeclaredTool(Name(tool), default, IsFreeText: true, space));
                break;
            case "namespace":
                var inner = Name(tool);
                foreach (var one in tool.Items("tools"))
                {
                    Add(one, inner == PlainNamespace ? null : inner);
                }

                break;
            case null:
                throw new RefusedException("Missing required parameter: 'tools[0].type'.", "missing_required_parameter");
        }
    }

    /// <summary>What the caller says about calls, and the one tool that it wants.</summary>
    public (ToolChoice Choice, string? Tool) Choose(JsonElement choice)
    {
        if (choice.ValueKind == JsonValueKind.String)
        {
            return (choice.GetString() switch
            {
                "none" => ToolChoice.None,
                "required" when strict && _declared.Count == 0 => throw new RefusedException("Tool choice 'required' must be specified with 'tools' parameter."),
                "required" => ToolChoice.Required,
                _ => ToolChoice.Auto,
            }, null);
        }

        switch (choice.GetText("type"))
        {
            case "function" or "custom":
                return (ToolChoice.Required, choice.Need("name"));
            case "allowed_tools":
                _allowed = [.. choice.Items("tools").Select(t => t.GetText("name")).OfType<string>()];
                return (choice.GetText("mode") == "required" ? ToolChoice.Required : ToolChoice.Auto, null);
            default:
                return (ToolChoice.Auto, null);
        }
    }

    private string Name(JsonElement tool)
    {
        var name = tool.GetText("name") ?? throw new RefusedException("Missing required parameter: 'tools[0].name'.", "missing_required_parameter");
        if (strict && !ResponsesRules.IsName(name))
        {
            throw new RefusedException($"Invalid 'tools[{_declared.Count}].name': '{name}' does not match the pattern '^[a-zA-Z0-9_-]+$' or is longer than 64 characters.");
        }

        if (strict && _declared.Exists(t => t.Name == name && t.Namespace is null) && tool.GetText("type") != "namespace")
        {
            throw new RefusedException($"Duplicate tool name '{name}'.");
        }

        return name;
    }
}
