using System.Globalization;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Errors;
using Ccr.ProxyService.Endpoints;

namespace Ccr.ProxyService.Dispatch;

/// <summary>Tells a client that no target answered: by status and error body, or, where the status line is out already, by an error event.</summary>
internal static class FailureAnswer
{
    /// <summary>Tells it; returns the status.</summary>
    public static async Task<int> TellAsync(ProxyCall call, ClientStream client, Course course)
    {
        var outcome = course.Last!;
        var target = course.LastTarget!;
        var error = outcome.Error!;
        call.Failure = Failures.Word(error.Kind);
        if (client.IsEarly)
        {
            call.Client.WriteStreamError(client.Output, Told(call, target.Name, error), call, call.Client.AnswerId(call), default);
            await UpstreamErrors.TryFlushAsync(call.Http).ConfigureAwait(false);
            return StatusCodes.Status200OK;
        }

        AnswerHeaders.Set(call, target, call.Attempts.Count);
        SetRetry(call.Http.Response, error, course.IsHopeless);
        if (outcome.Verbatim is { IsErrorObject: true } verbatim
            && (target.Provider.ForwardsClientCredentials || (call.Client.Status(error) == verbatim.Status && call.Client.Understands(error))))
        {
            AnswerHeaders.CopyFrom(verbatim.Response, call.Http.Response);
            call.Http.Response.StatusCode = verbatim.Status;
            call.Http.Response.ContentType = verbatim.ContentType;
            await call.Http.Response.Body.WriteAsync(verbatim.Body, call.Http.RequestAborted).ConfigureAwait(false);
            return verbatim.Status;
        }

        var status = call.Client.Status(error);
        var told = Told(call, target.Name, error);
        await ErrorAnswers.WriteAsync(call.Http, status, output => call.Client.WriteError(output, told, call.RequestId)).ConfigureAwait(false);
        return status;
    }

    private static ProviderError Told(ProxyCall call, string target, ProviderError error) => error.Kind == ErrorKind.ContextTooLong ? error : error with
    {
        Message = string.Create(CultureInfo.InvariantCulture, $"Error from provider({target}{(error.Status > 0 ? ": " : "")}{(error.Status > 0 ? error.Status : "")}): {error.Message}{Others(call)}"),
    };

    private static string Others(ProxyCall call) => call.Attempts.Count < 2
        ? ""
        : " (before it failed: " + string.Join("; ", call.Attempts.Take(call.Attempts.Count - 1).Select(a => $"{a.Provider},{a.Model}: {a.Failure}")) + ")";

    private static void SetRetry(HttpResponse response, ProviderError error, bool hopeless)
    {
        var headers = response.Headers;
        if (AnthropicErrors.RetryAfterSeconds(error) is { } seconds)
        {
            headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        // The libraries of Anthropic and OpenAI ask again on 429 and 5xx unless this says that it is no use.
        if (hopeless)
        {
            headers["x-should-retry"] = "false";
        }
    }
}
