using System.Text;
using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Repair;
using Ccr.Protocols.Requests;
using Ccr.Tests.Parts;
using Ccr.Tests.Protocols.Gemini;
using Ccr.Tests.Protocols.Pitfalls;

namespace Ccr.Tests.Protocols.Repair;

/// <summary>What becomes of requests that providers refuse, in the providers' own words and in bytes. With CCR_UPDATE_DOCS=1 the bodies in repairs.json are written anew.</summary>
public class RequestRepairTests
{
    public static TheoryData<string> Names => [.. RepairCase.All().Select(c => c.Name)];

    [Fact]
    public void Every_kind_has_a_case_and_no_name_comes_twice()
    {
        var cases = RepairCase.All();
        Assert.Equal(RepairTable.Rows.Select(row => row.Word).Order(StringComparer.Ordinal), cases.Select(c => c.Kind).OfType<string>().Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(cases.Count, cases.Select(c => c.Name).Distinct().Count());
    }

    [Fact]
    public void The_second_body_is_the_one_written_down()
    {
        var cases = RepairCase.All();
        var wrong = new StringBuilder();
        foreach (var one in cases)
        {
            var plan = one.Plan();
            var after = plan is null ? null : one.Again(plan);
            if (Environment.GetEnvironmentVariable("CCR_UPDATE_DOCS") == "1")
            {
                one.After = after;
            }

            if (plan?.Word != one.Kind || after != one.After)
            {
                wrong.AppendLine($"{one.Name}: {plan?.Word ?? "no repair"}\n  sent   {one.Sent}\n  again  {after}\n  wanted {one.Kind ?? "no repair"} {one.After}");
            }
        }

        if (Environment.GetEnvironmentVariable("CCR_UPDATE_DOCS") == "1")
        {
            RepairCase.Save(cases);
        }

        Assert.True(wrong.Length == 0, wrong.ToString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_first_request_stays_as_it_was_and_the_same_refusal_finds_nothing_more(string name)
    {
        var one = RepairCase.All().Single(c => c.Name == name);
        if (one.Plan() is not { } plan)
        {
            Assert.Null(one.After);
            return;
        }

        var (text, body) = (RequestText.Of(one.Request), one.Encode(one.Request, one.Options()));
        var again = one.Again(plan);
        Assert.Equal((text, body), (RequestText.Of(one.Request), one.Encode(one.Request, one.Options())));
        Assert.False(string.IsNullOrWhiteSpace(plan.Description));

        // The repaired body is one that this dialect's own reader takes, and it cannot be repaired once more the same way.
        var repaired = Wire.Read(one.Target, again);
        var options = one.Options();
        plan.Adjust(options);
        var second = RequestRepair.Plan(one.Error, new(repaired, options, one.Target, Encoding.UTF8.GetBytes(again)));
        Assert.True(second is null || second.Kind != plan.Kind || (!second.CanEdit && !second.Apply(repaired).Messages.SequenceEqual(repaired.Messages)) || plan.IsReencoding, $"{again} is repaired again: {second?.Description}");
    }

    [Theory]
    [MemberData(nameof(Wire.All), MemberType = typeof(Wire))]
    public void No_repair_changes_the_request_it_is_applied_to(Dialect dialect)
    {
        var plans = RepairCase.All().Select(c => c.Plan()).OfType<RepairPlan>().ToList();
        for (var seed = 0; seed < 25; seed++)
        {
            var request = new ConversationGenerator(seed).Request(dialect);
            var before = RequestText.Of(request);
            foreach (var plan in plans)
            {
                _ = RequestText.Of(plan.Apply(request));
                Assert.Equal(before, RequestText.Of(request));
            }
        }
    }

    [Fact]
    public void Any_edit_stands_any_body()
    {
        string[] bodies = ["{}", """{"messages":null,"input":3,"contents":"x","tools":{},"thinking":true,"output_config":[],"generationConfig":1,"system":"s","max_tokens":"many"}""", """{"messages":[null,1,"x",{"role":3,"content":[null,{"type":2}]}],"tools":[null,{"function":1}],"input":[null]}"""];
        foreach (var plan in RepairCase.All().Select(c => c.Plan()).OfType<RepairPlan>())
        {
            foreach (var body in bodies)
            {
                plan.Edit(JsonNode.Parse(body)!.AsObject());
            }
        }
    }

    [Fact]
    public void A_body_that_is_none_is_not_repaired()
    {
        var error = new ProviderError(ErrorKind.InvalidRequest, 400, "temperature: Extra inputs are not permitted");
        foreach (var body in new[] { "", "[]", "{", """{"temperature":1,"temperature":2}""" })
        {
            Assert.Null(RequestRepair.Plan(error, new(Wire.Read(Dialect.OpenAIChat, """{"model":"m","messages":[{"role":"user","content":"x"}]}"""), new TargetOptions("p", "m"), Dialect.OpenAIChat, Encoding.UTF8.GetBytes(body))));
        }
    }

    [Fact]
    public void The_table_is_the_one_in_the_docs()
    {
        var path = Path.Combine(Part.Repository, "docs", "repairs.md");
        var page = File.ReadAllText(path);
        const string open = "<!-- repairs -->\n";
        var start = page.IndexOf(open, StringComparison.Ordinal) + open.Length;
        var end = page.IndexOf("<!-- /repairs -->", StringComparison.Ordinal);
        Assert.True(start >= open.Length && end >= start, "docs/repairs.md has no markers");
        var table = new StringBuilder("| word | the provider says | what is changed |\n| --- | --- | --- |\n");
        Assert.Equal(Enum.GetValues<RepairKind>(), RepairTable.Rows.Select(row => row.Kind));
        foreach (var row in RepairTable.Rows)
        {
            table.Append($"| `{row.Word}` | {row.Says.Replace("|", "\\|", StringComparison.Ordinal)} | {row.Change} |\n");
        }

        if (Environment.GetEnvironmentVariable("CCR_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, string.Concat(page.AsSpan(0, start), table.ToString(), page.AsSpan(end)));
            return;
        }

        Assert.Equal(table.ToString(), page[start..end]);
    }
}
