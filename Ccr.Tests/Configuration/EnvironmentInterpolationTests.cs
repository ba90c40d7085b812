using Ccr.ProxyService.Configuration;

namespace Ccr.Tests.Configuration;

public sealed class EnvironmentInterpolationTests
{
    private static readonly Func<string, string?> Variables =
        TestEnvironment.With(("KEY", "secret"), ("A_1", "one"), ("_X", "under"), ("mixed.Case", "any"), ("EMPTY", ""), ("DOLLAR", "$KEY"));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("$KEY", "secret")]
    [InlineData("${KEY}", "secret")]
    [InlineData("a-$KEY-b${A_1}c$_X", "a-secret-bonecunder")]
    [InlineData("${mixed.Case}", "any")]
    [InlineData("$mixed $Key $KEYs $1 $ $", "$mixed $Key $KEYs $1 $ $")]
    [InlineData("${} ${open", "${} ${open")]
    [InlineData("$KEY$A_1", "secretone")]
    [InlineData("$DOLLAR", "$KEY")]
    [InlineData("$$KEY $${KEY} $$ $$x", "$KEY ${KEY} $$ $$x")]
    [InlineData("cost: 5$", "cost: 5$")]
    public void References_are_replaced_and_other_dollar_signs_stay(string text, string expected)
    {
        var unset = new List<string>();
        Assert.Equal(expected, EnvironmentInterpolation.Apply(text, Variables, unset));
        Assert.Empty(unset);
    }

    [Theory]
    [InlineData("$NOPE", "NOPE")]
    [InlineData("x ${no such} y", "no such")]
    [InlineData("$EMPTY", "EMPTY")]
    public void Unset_and_empty_variables_are_named_and_stay_literal(string text, string name)
    {
        var unset = new List<string>();
        Assert.Equal(text, EnvironmentInterpolation.Apply(text, Variables, unset));
        Assert.Equal([name], unset);
    }
}
