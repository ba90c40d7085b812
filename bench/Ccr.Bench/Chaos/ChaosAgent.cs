using System.Globalization;
using Ccr.Bench.Failover;
using Ccr.Bench.Wire;

namespace Ccr.Bench.Chaos;

/// <summary>
/// A coding agent: it begins a job, runs the tools that it is asked to run until the model is done, and begins the next. It checks every stream to the
/// letter and every step of the loop, and asks again after a clear error, as real agents do.
/// </summary>
internal sealed class ChaosAgent(int number, Uri proxy, ChaosOptions options, ChaosTally tally) : IDisposable
{
    private const int MostErrors = 12;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly WireDialect[] Dialects = Enum.GetValues<WireDialect>();

    private readonly WireClient _client = new(proxy, Patience);
    private readonly WireDialect _dialect = Dialects[number % Dialects.Length];

    // Reproducible dice are the point; nothing secret hangs on them.
#pragma warning disable CA5394
    private readonly Random _dice = new(options.Seed * 100_003 + number);

    private TimeSpan Pause(TimeSpan longest) => longest * _dice.NextDouble();
#pragma warning restore CA5394

    /// <summary>Works until <paramref name="over"/>; the job in hand is done to its end. <paramref name="cancel"/> breaks it off.</summary>
    public async Task RunAsync(CancellationToken over, CancellationToken cancel)
    {
        await Task.Delay(Pause(options.Think), cancel);
        for (var job = 1; !over.IsCancellationRequested; job++)
        {
            await RunJobAsync(job, over, cancel);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task RunJobAsync(int job, CancellationToken over, CancellationToken cancel)
    {
        var conversation = new WireConversation(_dialect, "some-model", tools: true);
        conversation.AddUser(string.Create(CultureInfo.InvariantCulture, $"Agent {number}, job {job}: run the tool {ChaosTier.Steps} times, then count."));
        for (var step = 0; step <= ChaosTier.Steps; step++)
        {
            if (await AskAsync(conversation, over, cancel) is not { } answer)
            {
                tally.AddAbandoned();
                return;
            }

            if (Wrong(answer, step) is { } wrong)
            {
                tally.AddBroken($"agent {number} ({_dialect}), job {job}, step {step + 1}: {wrong}", answer.Total >= Patience);
                return;
            }

            tally.AddWhole();
            if (step == ChaosTier.Steps && answer.Calls.Count > 0)
            {
                // The text broke off, and the model that was asked to go on went on with a call: its own choice, and a whole answer.
                tally.AddDetour();
                return;
            }

            conversation.AddAnswer(answer.Text, answer.Calls, call => $"ran {call.Arguments}");
            await Task.Delay(Pause(options.Think), cancel);
        }

        tally.AddJob();
    }

    private async Task<WireAnswer?> AskAsync(WireConversation conversation, CancellationToken over, CancellationToken cancel)
    {
        var body = conversation.Body();
        for (var errors = 0; errors < MostErrors; errors++)
        {
            tally.AddRequest();
            var answer = await _client.AskAsync(_dialect, body, cancel);
            if (answer.Kind is AnswerKind.Whole or AnswerKind.Broken)
            {
                return answer;
            }

            tally.AddError(answer.Kind == AnswerKind.ErrorStatus ? $"status {answer.Status} {answer.Code}" : $"error event in {_dialect}");
            if (over.IsCancellationRequested)
            {
                return null;
            }

            await Task.Delay(TimeSpan.FromSeconds(Math.Min(answer.RetryAfter ?? 0.5, 5)) + Pause(TimeSpan.FromSeconds(1)), cancel);
        }

        return null;
    }

    private static string? Wrong(WireAnswer answer, int step) =>
        answer.Kind == AnswerKind.Broken ? answer.Message
        : step < ChaosTier.Steps ? answer.Calls is [{ Name: "run_command" }] ? null : $"{answer.Calls.Count} tool calls where one is due"
        : answer.Calls.Count > 0 ? answer.Text.StartsWith("w1", StringComparison.Ordinal) ? null : "a tool call where the closing text is due"
        : NumberedWords.Compare(answer.Text, ChaosTier.Words) is { } difference ? $"the answer looks complete, but {difference}"
        : null;
}
