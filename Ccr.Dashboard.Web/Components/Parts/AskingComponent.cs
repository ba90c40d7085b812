using Ccr.Dashboard.Web.Sources;
using Microsoft.AspNetCore.Components;

namespace Ccr.Dashboard.Web.Components.Parts;

/// <summary>A component that asks the proxy a question of its own, and again every few seconds while it is open. The last answer stays while a new one is awaited or cannot be had.</summary>
/// <typeparam name="T">The answer.</typeparam>
public abstract class AskingComponent<T> : LiveComponent
    where T : class
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private CancellationTokenSource? _asking;

    [Inject]
    internal ProxySource Proxy { get; set; } = null!;

    [Inject]
    internal TimeProvider Time { get; set; } = null!;

    /// <summary>The last answer; null before the first.</summary>
    private protected T? Answer { get; private set; }

    /// <summary>Why there is no newer answer, as a sentence's end; null when there is one.</summary>
    private protected string? Problem { get; private set; }

    /// <summary>Whether there is anything to ask.</summary>
    private protected virtual bool Asks => true;

    /// <summary>Asks once.</summary>
    private protected abstract Task<T> AskAsync(CancellationToken cancellationToken);

    /// <summary>Asks anew at once: the question is another one now.</summary>
    /// <param name="forget">True when the answer to the old one must not stand there meanwhile.</param>
    private protected void Ask(bool forget = false)
    {
        Stop();
        if (forget)
        {
            (Answer, Problem) = (null, null);
        }

        if (Asks)
        {
            _asking = new CancellationTokenSource();
            _ = AskOnAsync(_asking.Token);
        }
    }

    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender)
    {
        // Not while the page is drawn on the server first: it would wait for the proxy.
        if (firstRender)
        {
            Ask();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Stop();
        base.Dispose(disposing);
    }

    private async Task AskOnAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                try
                {
                    var answer = await AskAsync(cancellationToken);
                    cancellationToken.ThrowIfCancellationRequested();
                    (Answer, Problem) = (answer, null);
                }
                catch (SourceException e)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    Problem = e.Message;
                }

                await InvokeAsync(StateHasChanged);
                await Task.Delay(Interval, Time, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // Another question, or the page is closed.
        }
    }

    private void Stop()
    {
        _asking?.Cancel();
        _asking?.Dispose();
        _asking = null;
    }
}
