using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;

namespace Ccr.Tests.AppModel;

public class PolicyTests
{
    [Fact]
    public void Checks_run_every_100_ms_at_first_then_with_growing_steps_and_every_30_s_when_healthy()
    {
        var schedule = new HealthSchedule();
        Assert.Equal(TimeSpan.FromMilliseconds(100), schedule.Next(healthy: false, TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromMilliseconds(100), schedule.Next(healthy: false, TimeSpan.FromSeconds(19)));
        Assert.Equal([1.0, 2, 3, 4, 5, 5], Enumerable.Range(0, 6).Select(_ => schedule.Next(healthy: false, TimeSpan.FromSeconds(20)).TotalSeconds));
        Assert.Equal(30, schedule.Next(healthy: true, TimeSpan.FromSeconds(40)).TotalSeconds);
        Assert.Equal(1, schedule.Next(healthy: false, TimeSpan.FromSeconds(1)).TotalSeconds);
    }

    [Fact]
    public void A_secret_is_hidden_as_it_is_and_as_a_URI_shows_it()
    {
        var mask = new SecretMask();
        mask.Add("p@ss word");
        mask.Add("p@ss word plus");

        Assert.Equal("a ******** b ******** c ********", mask.Hide("a p@ss word b p%40ss%20word c p@ss word plus"));
    }

    [Fact]
    public void A_secret_of_several_lines_is_hidden_line_by_line_and_short_values_are_not_hidden()
    {
        var mask = new SecretMask();
        mask.Add("-----BEGIN\r\nsecond\nab");
        mask.Add(null);

        Assert.Equal("******** ******** ab", mask.Hide("-----BEGIN second ab"));
    }

    [Theory]
    [InlineData(false, null, "xterm", true)]
    [InlineData(false, "", "xterm", true)]
    [InlineData(true, null, "xterm", false)]
    [InlineData(false, "1", "xterm", false)]
    [InlineData(false, null, "dumb", false)]
    public void Colours_are_for_terminals_that_want_them(bool redirected, string? noColor, string terminal, bool expected)
        => Assert.Equal(expected, ResourceConsole.UseColours(redirected, noColor, terminal));

    [Fact]
    public void Without_colours_those_of_programs_are_taken_out_and_with_them_each_name_has_its_own()
    {
        var plain = new StringWriter();
        new ResourceConsole(plain, plain, new SecretMask(), colours: false).Line("web", "\u001b[32minfo\u001b[0m: up");
        Assert.Equal($"web     | info: up{Environment.NewLine}", plain.ToString());

        var coloured = new StringWriter();
        var console = new ResourceConsole(coloured, coloured, new SecretMask(), colours: true);
        console.Line("web", "\u001b[32mup");
        console.Line("db", "up");
        Assert.Equal(
            [$"\u001b[36mweb    \u001b[0m | \u001b[32mup\u001b[0m", $"\u001b[35mdb     \u001b[0m | up", ""],
            coloured.ToString().Split(Environment.NewLine));
    }

    [Fact]
    public void Resources_that_refer_to_each_other_have_no_order_but_stop_all_the_same()
    {
        var builder = DistributedApplication.CreateBuilder();
        var a = builder.AddExecutable("a", "x", ".");
        var b = builder.AddExecutable("b", "x", ".").WithReference(a);
        a.WithReference(b);
        builder.AddExecutable("c", "x", ".").WaitFor(a);

        var levels = StopOrder.Levels([.. builder.Resources]);

        Assert.Equal(["a", "b", "c"], levels.SelectMany(level => level).Select(resource => resource.Name).Order(StringComparer.Ordinal));
        Assert.Contains(levels[0], resource => resource.Name == "c");
        Assert.Equal("a", Assert.Single(levels[1]).Name);
    }

    [Theory]
    [InlineData(1, "exit code 1")]
    [InlineData(134, "ended by SIGABRT: an unhandled exception, or out of memory")]
    [InlineData(137, "ended by SIGKILL: by hand, or by the system for want of memory")]
    [InlineData(143, "ended by SIGTERM")]
    public void Exit_codes_are_told_in_words(int code, string words) => Assert.Equal(words, ExitCode.Describe(code));

    [Fact]
    public void A_generated_password_has_22_characters_of_each_kind_and_none_that_needs_escaping()
    {
        var rule = new GenerateParameterDefault { MinLength = 22, Special = false };
        var passwords = Enumerable.Range(0, 200).Select(_ => rule.GetDefaultValue()).ToArray();

        Assert.All(passwords, password =>
        {
            Assert.Equal(22, password.Length);
            Assert.All(password, c => Assert.True(char.IsAsciiLetterOrDigit(c)));
            Assert.Contains(password, char.IsAsciiLetterLower);
            Assert.Contains(password, char.IsAsciiLetterUpper);
            Assert.Contains(password, char.IsAsciiDigit);
        });
        Assert.Equal(200, passwords.Distinct().Count());
    }

    [Theory]
    [InlineData("my--name")]
    [InlineData("1st")]
    [InlineData("name-")]
    [InlineData("na_me")]
    [InlineData("näme")]
    public void Names_outside_the_rules_are_refused(string name)
        => Assert.Throws<ArgumentException>(() => DistributedApplication.CreateBuilder().AddExecutable(name, "x", "."));

    [Fact]
    public void Names_are_unique_without_regard_to_case()
    {
        var builder = DistributedApplication.CreateBuilder();
        builder.AddRedis("redis");
        Assert.Throws<DistributedApplicationException>(() => builder.AddParameter("Redis"));
    }
}
