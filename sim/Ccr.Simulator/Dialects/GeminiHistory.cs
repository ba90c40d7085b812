using System.Text.Json;
using Ccr.Simulator.Answers;

namespace Ccr.Simulator.Dialects;

/// <summary>
/// Walks the contents of a Gemini request: finds the prompt and the function responses that are still to be answered, and refuses
/// what Gemini refuses: contents without parts, responses that do not match the calls of the turn before, and (strict) signatures
/// that it did not give, or that are missing where it needs them.
/// </summary>
/// <param name="strict">Signatures are looked at.</param>
/// <param name="needsSignatures">The first call of each step since the prompt must have one (strict).</param>
internal sealed class GeminiHistory(bool strict, bool needsSignatures)
{
    // Documented: it stands in for a signature that a history from elsewhere cannot have.
    private const string NoSignature = "skip_thought_signature_validator";
    private const int ResultCharacters = 2000;

    private readonly OpenCalls _calls = new();
    private readonly List<(string Id, string Name)> _turn = [];
    private readonly List<string> _unsigned = [];
    private bool _afterResponse;
    private bool _afterModel;
    private int _index = -1;

    public string Prompt { get; private set; } = "";

    public int ToolTurns { get; private set; }

    public IReadOnlyList<string> Results => _calls.Results;

    /// <summary>The text of the assistant message that stands last; null: something else does.</summary>
    public string? Prefill { get; private set; }

    /// <summary>Takes the next content.</summary>
    public void Add(JsonElement content)
    {
        _index++;
        Prefill = null;
        var parts = content.Items("parts").ToList();
        if (parts.Count == 0)
        {
            throw new RefusedException($"* GenerateContentRequest.contents[{_index}].parts: contents.parts must not be empty.");
        }

        for (var i = 0; i < parts.Count; i++)
        {
            CheckPart(parts[i], i);
        }

        switch (content.GetText("role"))
        {
            case null or "user" or "function":
                AddUser(parts);
                break;
            case "model" when _index == 0:
                throw new RefusedException("Please ensure that multiturn requests begin with a user turn.");
            case "model":
                AddModel(parts);
                Prefill = _turn.Count == 0 ? string.Concat(parts.Where(p => !p.IsTrue("thought")).Select(p => p.GetText("text"))) : null;
                break;
            default:
                throw new RefusedException("Please use a valid role: user, model.");
        }
    }

    /// <summary>After the last content.</summary>
    public void End()
    {
        if (_calls.Pending.Any())
        {
            throw Unmatched();
        }

        if (strict && needsSignatures && _unsigned.Count > 0)
        {
            throw new RefusedException(_unsigned[0]);
        }
    }

    private void AddUser(List<JsonElement> parts)
    {
        _afterModel = false;
        var responses = parts.ConvertAll(p => p.Either("functionResponse")).FindAll(r => r.ValueKind == JsonValueKind.Object);
        if (responses.Count > 0)
        {
            foreach (var response in responses)
            {
                AddResponse(response);
            }

            _afterResponse = true;
            if (_calls.Pending.Any())
            {
                throw Unmatched();
            }

            return;
        }

        if (_calls.Pending.Any())
        {
            throw Unmatched();
        }

        // What stands right behind responses (images, notes) is no new prompt.
        if (!_afterResponse && parts.Select(p => p.GetText("text")).LastOrDefault(t => t is not null && !t.StartsWith("<system-reminder>", StringComparison.Ordinal)) is { } prompt)
        {
            Prompt = prompt;
            ToolTurns = 0;
            _calls.Clear();
            _turn.Clear();
            _unsigned.Clear();
        }
    }

    private void AddResponse(JsonElement response)
    {
        if (response.GetText("name") is not { Length: > 0 } name)
        {
            throw new RefusedException($"* GenerateContentRequest.contents[{_index}].parts.function_response.name: Name cannot be empty.");
        }

        var id = response.GetText("id");
        var call = _turn.FindIndex(c => id is not null && c.Id == id);
        call = call >= 0 ? call : _turn.FindIndex(c => c.Name == name);
        if (call < 0)
        {
            throw Unmatched();
        }

        _calls.Answer(_turn[call].Id, Text(response.Get("response")));
        _turn.RemoveAt(call);
    }

    private void AddModel(List<JsonElement> parts)
    {
        if (_calls.Pending.Any())
        {
            throw Unmatched();
        }

        var calls = parts.FindAll(p => p.Either("functionCall").ValueKind == JsonValueKind.Object);
        if (calls.Count > 0 && _afterModel && strict)
        {
            throw new RefusedException("Please ensure that function call turn comes immediately after a user turn or after a function response turn.");
        }

        _calls.Clear();
        _turn.Clear();
        foreach (var part in calls)
        {
            var call = part.Either("functionCall");
            var id = call.GetText("id") ?? $"#{_index}.{_turn.Count}";
            _turn.Add((id, call.Need("name")));
            _calls.Call(id);
        }

        if (calls.Count > 0)
        {
            ToolTurns++;
            if (calls[0].EitherText("thoughtSignature") is null)
            {
                _unsigned.Add($"Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call `{_turn[0].Name}`, position {_index + 1}.");
            }
        }

        _afterModel = true;
        _afterResponse = false;
    }

    private void CheckPart(JsonElement part, int index)
    {
        var place = $"GenerateContentRequest.contents[{_index}].parts[{index}]";
        var kinds = GeminiRules.PartKinds.Count(kind => part.Either(kind).ValueKind != JsonValueKind.Undefined);
        if (kinds != 1)
        {
            throw new RefusedException(kinds == 0
                ? $"* {place}.data: required oneof field 'data' must have one initialized field"
                : $"Invalid value at '{place}' (oneof), oneof field 'data' is already set.");
        }

        if (strict && part.EitherText("thoughtSignature") is { } signature && signature != NoSignature && Signature.Open(signature) is null)
        {
            throw new RefusedException("Corrupted thought signature.");
        }
    }

    private static RefusedException Unmatched() =>
        new("Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.");

    // Callers put the text under "output", "result" or "content"; else the answer quotes the object.
    private static string Text(JsonElement response)
    {
        foreach (var name in (string[])["output", "result", "content", "error"])
        {
            if (response.Get(name) is { ValueKind: JsonValueKind.String } text)
            {
                return text.GetString()!;
            }
        }

        return response.ValueKind == JsonValueKind.Undefined ? "" : Pieces.Shorten(response.GetRawText(), ResultCharacters);
    }
}
