using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Endpoints;
using Microsoft.AspNetCore.Http.Features;

namespace Ccr.ProxyService.Attach;

/// <summary>A client that gets the answer of another, identical request: from its beginning, and then as it comes.</summary>
internal sealed class AttachedClient(RunningAnswer running, LogReader reader)
{
    /// <summary>Answers the client; returns the status it got (499 when it left).</summary>
    public async Task<int> AnswerAsync(ProxyCall call)
    {
        var http = call.Http;
        call.AttachedTo = running.RequestId;
        call.ReleaseBody();
        try
        {
            if (await running.Log.HeadAsync(http.RequestAborted).ConfigureAwait(false) is not { } head)
            {
                call.Failure = "internal";
                await ErrorAnswers.WriteAsync(http, call.Client, 503, "overloaded_error", "The identical request that this one was attached to ended without an answer; ask again.", null, call.RequestId).ConfigureAwait(false);
                return StatusCodes.Status503ServiceUnavailable;
            }

            head.CopyTo(http.Features.GetRequiredFeature<IHttpResponseFeature>());
            http.Response.Headers["x-ccr-attached"] = "true";
            await running.Log.CopyAsync(reader, http.Response.BodyWriter, http.RequestAborted).ConfigureAwait(false);
            if (reader.IsDropped || running.Log.IsBroken)
            {
                // A clean end would be taken for the whole answer.
                http.Abort();
                call.Failure = reader.IsDropped ? "too_slow" : "cut";
                return 499;
            }

            call.Failure = running.Failure;
            return head.StatusCode;
        }
        catch (Exception e) when (UpstreamErrors.IsTransport(e) || reader.IsDropped)
        {
            call.Failure = reader.IsDropped ? "too_slow" : "client_gone";
            return 499;
        }
        finally
        {
            running.Leave(reader);
        }
    }
}
