using Ccr.ProxyService.Cli;
using Ccr.Tests.Configuration;

namespace Ccr.Tests.Cli;

public sealed class ServiceModeTests
{
    [Theory]
    [InlineData("ASPNETCORE_URLS", "", true)]
    [InlineData("ASPNETCORE_HTTP_PORTS", "", true)]
    [InlineData("ASPNETCORE_URLS", "--environment Development", true)]
    [InlineData("ASPNETCORE_URLS", "start", false)]
    [InlineData("ASPNETCORE_URLS", "--help", false)]
    [InlineData("ASPNETCORE_URLS", "--version", false)]
    [InlineData("ASPNETCORE_URLS", "-v", false)]
    [InlineData("OTHER", "", false)]
    [InlineData("OTHER", "--urls http://localhost:1", true)]
    [InlineData("OTHER", "--urls=http://localhost:1", true)]
    [InlineData("OTHER", "--environment Development", false)]
    public void Service_mode_needs_an_address_from_elsewhere_and_no_verb(string variable, string line, bool expected) =>
        Assert.Equal(expected, ServiceMode.Applies(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), TestEnvironment.With((variable, "x"))));
}
