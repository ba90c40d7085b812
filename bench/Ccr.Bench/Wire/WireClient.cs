using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Ccr.Bench.Wire;

/// <summary>Sends a streaming request and reads what comes as it comes. It retries nothing and follows nothing.</summary>
/// <param name="origin">The proxy.</param>
/// <param name="patience">After this long without an end an answer is broken.</param>
internal sealed class WireClient(Uri origin, TimeSpan patience) : IDisposable
{
    private const string Key = "bench";

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(10),
    });

    /// <summary>Asks once.</summary>
    public async Task<WireAnswer> AskAsync(WireDialect dialect, byte[] body, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        var reader = StrictReader.Of(dialect);
        var status = 0;
        TimeSpan? first = null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(patience);
        try
        {
            using var request = CreateRequest(dialect, body);
            using var response = await _http.SendAsync(request, limit.Token);
            status = (int)response.StatusCode;
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return ReadError(dialect, response, await response.Content.ReadAsStringAsync(limit.Token)) with { Total = clock.Elapsed };
            }

            if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
            {
                return new WireAnswer { Kind = AnswerKind.Broken, Status = status, Message = $"a 200 that is no event stream but {response.Content.Headers.ContentType}", Total = clock.Elapsed };
            }

            await using var stream = await response.Content.ReadAsStreamAsync(limit.Token);
            var buffer = new byte[16384];
            int read;
            while ((read = await stream.ReadAsync(buffer, limit.Token)) > 0)
            {
                reader.Feed(buffer.AsSpan(0, read));
                first ??= reader.Text.Length > 0 ? clock.Elapsed : null;
            }

            reader.End();
        }
        catch (Exception wrong) when (wrong is HttpRequestException or IOException || (wrong is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            reader.End(wrong is OperationCanceledException ? $"no end after {patience.TotalSeconds:0} s" : wrong.GetBaseException().Message);
        }

        return new WireAnswer
        {
            Kind = reader.Problem is not null ? AnswerKind.Broken : reader.Error is not null ? AnswerKind.ErrorEvent : AnswerKind.Whole,
            Status = status,
            Text = reader.Text.ToString(),
            Calls = reader.Calls,
            Message = reader.Problem ?? reader.Error,
            Model = reader.Model,
            InputTokens = reader.InputTokens,
            OutputTokens = reader.OutputTokens,
            FirstText = first,
            Total = clock.Elapsed,
        };
    }

    public void Dispose() => _http.Dispose();

    /// <summary>An error status, checked for the error object of the dialect.</summary>
    private static WireAnswer ReadError(WireDialect dialect, HttpResponseMessage response, string body)
    {
        var answer = new WireAnswer
        {
            Kind = AnswerKind.ErrorStatus,
            Status = (int)response.StatusCode,
            RetryAfter = response.Headers.RetryAfter?.Delta is { } wait ? (int)wait.TotalSeconds : null,
        };
        try
        {
            using var document = JsonDocument.Parse(body);
            var error = document.RootElement.GetProperty("error");
            if (dialect == WireDialect.Messages && document.RootElement.GetProperty("type").GetString() != "error")
            {
                return answer with { Kind = AnswerKind.Broken, Message = $"status {answer.Status} without the protocol's error object: {body}" };
            }

            var code = error.TryGetProperty("code", out var own) && own.ValueKind == JsonValueKind.String ? own.GetString() : error.GetProperty("type").GetString();
            return answer with { Code = code, Message = error.GetProperty("message").GetString() };
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return answer with { Kind = AnswerKind.Broken, Message = $"status {answer.Status} without the protocol's error object: {body}" };
        }
    }

    private HttpRequestMessage CreateRequest(WireDialect dialect, byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(origin, WireConversation.PathOf(dialect))) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = Encoding.UTF8.WebName };

        // Proxies may give identical requests one answer; these are to be requests of their own.
        request.Headers.TryAddWithoutValidation("x-wire-request", Guid.NewGuid().ToString("N"));
        if (dialect == WireDialect.Messages)
        {
            request.Headers.TryAddWithoutValidation("x-api-key", Key);
            request.Headers.TryAddWithoutValidation("anthropic-version", "2023-06-01");
        }
        else
        {
            request.Headers.TryAddWithoutValidation("authorization", $"Bearer {Key}");
        }

        return request;
    }
}
