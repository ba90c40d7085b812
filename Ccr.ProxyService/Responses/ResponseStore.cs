using System.Text.Json;
using Ccr.Protocols.OpenAIResponses;
using Ccr.ProxyService.Dispatch;

namespace Ccr.ProxyService.Responses;

/// <summary>
/// The responses that clients want kept (store is not false), so that a later request can go on from one by its id whatever provider answers then. In memory, bounded by number and
/// size, the oldest go first; a restart forgets all.
/// </summary>
internal sealed class ResponseStore
{
    private const int MostResponses = 1000;
    private const long MostBytes = 64L * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<StoredResponse>> _byId = new(StringComparer.Ordinal);
    private readonly LinkedList<StoredResponse> _byAge = new();
    private readonly Dictionary<string, (string ResponseId, byte[] Item)> _items = new(StringComparer.Ordinal);
    private long _bytes;

    /// <summary>The response of that id; null when it is not (or no longer) kept.</summary>
    public StoredResponse? Find(string id)
    {
        lock (_lock)
        {
            return _byId.TryGetValue(id, out var node) ? node.Value : null;
        }
    }

    /// <summary>The item of that id; null when it is not (or no longer) kept.</summary>
    public byte[]? FindItem(string id)
    {
        lock (_lock)
        {
            return _items.TryGetValue(id, out var found) ? found.Item : null;
        }
    }

    /// <summary>Deletes a response; false when there is none of that id.</summary>
    public bool Delete(string id)
    {
        lock (_lock)
        {
            if (!_byId.Remove(id, out var node))
            {
                return false;
            }

            Forget(node);
            return true;
        }
    }

    /// <summary>
    /// Puts what a request refers to into its body, and sees to it that the answer is kept when the client wants that. An id that is not known here stays: a provider
    /// that keeps responses itself may know it.
    /// </summary>
    public void Prepare(ProxyCall call)
    {
        var peek = call.Peek;
        var previous = peek.PreviousResponseId.IsEmpty ? null : Find(peek.PreviousResponseId.ToString());
        if (previous is not null || peek.HasItemReference)
        {
            var body = InputExpansion.Expand(call.Body.Span, previous, FindItem);
            call.Replace(body, ResponsesRequestPeek.Read(body));
        }

        if (!peek.Store)
        {
            return;
        }

        var input = InputExpansion.InputOf(call.Body.Span);
        call.Answered = encoder =>
        {
            var response = encoder switch
            {
                ResponsesStreamEncoder stream => stream.FinalResponse(),
                ResponseEncoder whole => whole.FinalResponse(),
                _ => default,
            };
            Keep(input, response);
        };
        var capture = new ResponseCapture(call.Stream, response => Keep(input, response));
        call.Passed = capture.Add;
    }

    /// <summary>Keeps a response with what it was asked; one that would fill much of the room is not kept.</summary>
    internal void Keep(byte[] input, ReadOnlyMemory<byte> response)
    {
        if (response.IsEmpty || response.Length + input.Length > MostBytes / 4)
        {
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(response);
            var root = document.RootElement;
            if (IdOf(root) is not { } name)
            {
                return;
            }

            var hasOutput = root.TryGetProperty("output", out var output) && output.ValueKind == JsonValueKind.Array;
            var stored = new StoredResponse(name, input, hasOutput ? JsonSerializer.SerializeToUtf8Bytes(output, JsonElementContext.Default.JsonElement) : "[]"u8.ToArray(), response.ToArray());
            Keep(stored, hasOutput ? output : default);
        }
        catch (JsonException)
        {
            // What a provider sent as its last event was no JSON after all; there is nothing to keep.
        }
    }

    /// <summary>The id of an object; null where there is none, or no text: providers may send anything.</summary>
    private static string? IdOf(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("id"u8, out var id) && id.ValueKind == JsonValueKind.String && id.GetString() is { Length: > 0 } name ? name : null;

    private void Keep(StoredResponse stored, JsonElement output)
    {
        lock (_lock)
        {
            if (_byId.Remove(stored.Id, out var old))
            {
                Forget(old);
            }

            _byId[stored.Id] = _byAge.AddLast(stored);
            _bytes += stored.Size;
            if (output.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in output.EnumerateArray())
                {
                    if (IdOf(item) is { } name)
                    {
                        _items[name] = (stored.Id, JsonSerializer.SerializeToUtf8Bytes(item, JsonElementContext.Default.JsonElement));
                    }
                }
            }

            while (_byAge.First is { } oldest && (_byAge.Count > MostResponses || _bytes > MostBytes))
            {
                _byId.Remove(oldest.Value.Id);
                Forget(oldest);
            }
        }
    }

    private void Forget(LinkedListNode<StoredResponse> node)
    {
        _bytes -= node.Value.Size;
        _byAge.Remove(node);
        using var output = JsonDocument.Parse(node.Value.Output);
        foreach (var item in output.RootElement.EnumerateArray())
        {
            if (IdOf(item) is { } name && _items.TryGetValue(name, out var found) && found.ResponseId == node.Value.Id)
            {
                _items.Remove(name);
            }
        }
    }
}
