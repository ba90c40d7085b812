using System.Globalization;
using Ccr.Bench.Wire;

namespace Ccr.Bench.Failover;

/// <summary>
/// Judges a cell by what its client got and what its upstream saw. A broken stream and a part that looks whole fail in every scenario; a clear error
/// where an answer was possible is safe; a whole answer by a wrong way is partial.
/// </summary>
internal static class Judge
{
    private static readonly TimeSpan LongestRecovery = TimeSpan.FromSeconds(15);

    /// <summary>The verdict.</summary>
    public static Judgement Of(CellRun run)
    {
        if (run.Answers.FirstOrDefault(a => a.Kind == AnswerKind.Broken) is { } broken)
        {
            return new(Verdict.Fail, $"the client's answer is broken: {broken.Message}");
        }

        return run.Cell.Scenario.Id switch
        {
            "S01" => NotWhole(run) ?? AskedAgain(run, TimeSpan.FromSeconds(1.8)),
            "S02" => NotWhole(run) ?? FailedOver(run, mostWithin3Seconds: 4),
            "S03" or "S05" => NotWhole(run) ?? AskedAgain(run, TimeSpan.Zero),
            "S04" => NotWhole(run) ?? FailedOver(run),
            "S06" or "S07" => NotWhole(run) ?? Slow(run, LongestRecovery) ?? AskedOnce(run) ?? FailedOver(run),
            "S08" or "S09" => NotWhole(run) ?? Slow(run, LongestRecovery) ?? NotLive(run) ?? FailedOver(run),
            "S10" => WithoutOneWord(run) ?? NotWhole(run) ?? new(Verdict.Pass, "a whole answer"),
            "S11" => NotWhole(run) ?? Slow(run, TimeSpan.FromSeconds(8)) ?? Unaccounted(run) ?? new(Verdict.Pass, $"finished after {Seconds(run.Answers[0].Total)}"),
            "S12" => NotWhole(run) ?? AskedOnce(run) ?? FailedOver(run),
            "S13" => Refused(run),
            "S14" => NotWhole(run) ?? NotLive(run) ?? TriedOften(run) ?? FailedOver(run),
            "S15" => Outage(run),
            _ => NotWhole(run) ?? Accounts(run),
        };
    }

    private static Judgement? NotWhole(CellRun run)
    {
        foreach (var answer in run.Answers)
        {
            if (answer.Kind != AnswerKind.Whole)
            {
                return new(Verdict.Safe, answer.Kind == AnswerKind.ErrorStatus ? $"status {answer.Status}: {answer.Message}" : $"an error event after {answer.Text.Split(' ').Length} words: {answer.Message}");
            }

            if (NumberedWords.Compare(answer.Text, Scenarios.Words) is { } wrong)
            {
                return new(Verdict.Fail, $"the answer looks complete, but {wrong}");
            }
        }

        return null;
    }

    private static Judgement AskedAgain(CellRun run, TimeSpan notBefore)
    {
        if (run.Primary.Count < 2)
        {
            return new(Verdict.Partial, "failed over without asking the same provider again");
        }

        var wait = run.Primary[1] - run.Primary[0];
        return wait < notBefore
            ? new(Verdict.Partial, $"asked again after {Seconds(wait)}, not after {Seconds(notBefore)}")
            : new(Verdict.Pass, $"asked the same provider again after {Seconds(wait)}");
    }

    private static Judgement FailedOver(CellRun run, int mostWithin3Seconds = int.MaxValue)
    {
        if (run.Others.Count == 0)
        {
            return new(Verdict.Partial, "no other provider was asked");
        }

        var early = run.Primary.Count(at => at - run.Primary[0] <= TimeSpan.FromSeconds(3));
        return run.Primary.Count > 6 || early > mostWithin3Seconds
            ? new(Verdict.Partial, $"the primary was asked {run.Primary.Count} times, {early} of them within 3 s")
            : new(Verdict.Pass, $"failed over after {Tries(run.Primary.Count)}, {Seconds(run.Answers[0].Total)} in all");
    }

    private static Judgement? Slow(CellRun run, TimeSpan limit) =>
        run.Answers[0].Total > limit ? new(Verdict.Partial, $"took {Seconds(run.Answers[0].Total)}, more than {Seconds(limit)}") : null;

    private static Judgement? AskedOnce(CellRun run) => run.Primary.Count > 1 ? new(Verdict.Partial, $"the primary was asked {run.Primary.Count} times") : null;

    // What the primary said before its fault has to be with the client long before the answer's end.
    private static Judgement? NotLive(CellRun run)
    {
        var held = run.Answers[0].Total - run.Answers[0].FirstText;
        return held < TimeSpan.FromMilliseconds(200) ? new(Verdict.Partial, "the answer was held back and sent at once") : null;
    }

    private static Judgement? WithoutOneWord(CellRun run) =>
        run.Answers[0].Kind == AnswerKind.Whole && run.Answers[0].Text == NumberedWords.Text(Scenarios.Words, Scenarios.MalformedWord)
            ? new(Verdict.Pass, "the malformed event was skipped")
            : null;

    // OpenAI Responses tells its usage in the very event that is missing.
    private static Judgement? Unaccounted(CellRun run) =>
        run.Cell.Upstream != WireDialect.Responses && run.Answers[0].OutputTokens is null or 0 ? new(Verdict.Partial, "the usage that the provider told is lost") : null;

    private static Judgement Refused(CellRun run)
    {
        var answer = run.Answers[0];
        if (answer.Kind == AnswerKind.Whole)
        {
            return run.Primary.Count + run.Others.Count > 1
                ? new(Verdict.Partial, "a refused prompt was tried elsewhere")
                : new(Verdict.Fail, "a refusal was made to look like an answer");
        }

        return run.Primary.Count + run.Others.Count > 1 ? new(Verdict.Partial, $"{run.Primary.Count + run.Others.Count} tries for a refused prompt")
            : answer.Message?.Contains(Scenarios.FilterReason, StringComparison.Ordinal) != true ? new(Verdict.Partial, $"the reason is lost: {answer.Message}")
            : answer is { Kind: AnswerKind.ErrorStatus, Status: < 400 or > 499 } ? new(Verdict.Partial, $"status {answer.Status} invites another try")
            : new(Verdict.Pass, $"one try; {(answer.Kind == AnswerKind.ErrorStatus ? $"status {answer.Status}" : "an error event")} with the reason");
    }

    private static Judgement? TriedOften(CellRun run) => run.Others.Count > 3 ? new(Verdict.Partial, $"the fallback was asked {run.Others.Count} times") : null;

    private static Judgement Outage(CellRun run)
    {
        if (NotWhole(run) is { } notWhole)
        {
            var whole = run.Answers.Count(a => a.Kind == AnswerKind.Whole && NumberedWords.Compare(a.Text, Scenarios.Words) is null);
            return notWhole with { Reason = $"{whole} of {run.Answers.Count} answered; {notWhole.Reason}" };
        }

        if (run.Primary.Count == 0)
        {
            return new(Verdict.Partial, "the primary was never asked");
        }

        var end = run.Primary[0] + TimeSpan.FromMilliseconds(Scenarios.OutageMs);
        var during = run.Primary.Count(at => at < end);
        return during > 5 ? new(Verdict.Partial, $"the primary was asked {during} times while it was down")
            : during == run.Primary.Count || run.Answers[^1].Model?.Contains(run.Cell.PrimaryModel, StringComparison.Ordinal) != true
                ? new(Verdict.Partial, "requests did not go back to the primary after its recovery")
            : new(Verdict.Pass, $"all answered; the primary was asked {during} times while it was down and {run.Primary.Count - during} times afterwards");
    }

    private static Judgement Accounts(CellRun run)
    {
        var answer = run.Answers[0];
        var expected = run.Cell.Group.FallbackModel;
        if (answer.Model?.EndsWith(expected, StringComparison.Ordinal) != true)
        {
            return new(Verdict.Partial, $"the client is told the model {answer.Model}");
        }

        if ((answer.InputTokens, answer.OutputTokens) is not (CellGroup.InputTokens, CellGroup.OutputTokens))
        {
            return new(Verdict.Partial, $"the client is told {answer.InputTokens} input and {answer.OutputTokens} output tokens, the fallback told {CellGroup.InputTokens} and {CellGroup.OutputTokens}");
        }

        if (run.Records is not [var record])
        {
            return new(Verdict.Partial, $"the proxy has {run.Records.Count} records of one request");
        }

        var answers = record.Tries.Count(t => t.Failure is null);
        return answers != 1 || record.Provider != "fallback" ? new(Verdict.Partial, $"the proxy's record has {answers} answers, the last from {record.Provider}")
            : record.Tries.Count != run.Primary.Count + run.Others.Count ? new(Verdict.Partial, $"the proxy's record has {record.Tries.Count} tries, the upstream saw {run.Primary.Count + run.Others.Count}")
            : (record.InputTokens, record.OutputTokens) is not (CellGroup.InputTokens, CellGroup.OutputTokens)
                ? new(Verdict.Partial, $"the proxy counted {record.InputTokens} input and {record.OutputTokens} output tokens")
            : new(Verdict.Pass, $"the fallback's model and usage; {record.Tries.Count} tries and one answer on record");
    }

    private static string Tries(int count) => count == 1 ? "one try" : string.Create(CultureInfo.InvariantCulture, $"{count} tries");

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0 s", CultureInfo.InvariantCulture);
}
