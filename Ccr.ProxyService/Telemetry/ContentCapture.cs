using System.Diagnostics;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Modes;

namespace Ccr.ProxyService.Telemetry;

/// <summary>
/// Puts the words of prompts and answers onto spans, which is done only where OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT is true and only for requests whose
/// span is recorded: cut to a bounded length, and without what has the form of a secret.
/// </summary>
internal sealed class ContentCapture(IConfiguration settings)
{
    /// <summary>The environment variable that switches it on.</summary>
    public const string Switch = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";

    private readonly bool _isOn = bool.TryParse(settings[Switch], out var isOn) && isOn;

    /// <summary>Notes the prompt, and begins to read along with the answer.</summary>
    public void Read(ProxyCall call, Activity span)
    {
        if (!_isOn)
        {
            return;
        }

        try
        {
            var request = call.Canonical;
            var redactor = new Redactor(call.Config);
            if (MessageJson.System(request, redactor) is { } system)
            {
                span.SetTag("gen_ai.system_instructions", system);
            }

            span.SetTag("gen_ai.input.messages", MessageJson.Input(request, redactor, out var omitted));
            if (omitted > 0)
            {
                span.SetTag("ccr.content.omitted_messages", omitted);
            }
        }
        catch (RequestFormatException)
        {
            // The client is told when the request is looked at for its own sake.
        }

        call.Content = new AnswerDigest(call);
        DigestingBody.Install(call.Http, call.Content);
    }

    /// <summary>Notes the answer, where it was read to its end.</summary>
    public void End(ProxyCall call, Activity span, string? stopReason)
    {
        if (call.Content is not { } digest)
        {
            return;
        }

        using (digest)
        {
            digest.Complete();
            if (_isOn && digest.Text is { } text)
            {
                span.SetTag("gen_ai.output.messages", MessageJson.Output(text, digest.Tools ?? [], stopReason, new Redactor(call.Config)));
            }
        }
    }
}
