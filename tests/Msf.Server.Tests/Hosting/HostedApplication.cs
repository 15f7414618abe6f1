using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Msf.Server.Tests.Hosting;

/// <summary>Somebody's application: routes, authentication, a header and an OpenAPI document of its own, and models under /images for artists.</summary>
public sealed class HostedApplication : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("msf-hosted-");
    private WebApplication _app = null!;

    internal string Root => _folder.FullName;

    internal IServiceProvider Services => _app.Services;

    /// <summary>A builder without network and logs.</summary>
    internal static WebApplicationBuilder Builder(Action<MsfOptions> configure)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddMsf(configure);
        return builder;
    }

    /// <summary>A client of the routes below /images.</summary>
    internal HttpClient Client(string? user = "artist")
    {
        var client = _app.GetTestClient();
        client.BaseAddress = new Uri("http://example.org/images/");
        if (user is not null) client.DefaultRequestHeaders.Add(UserHeader.Name, user);
        return client;
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var builder = Builder(options =>
        {
            options.Model = ServedModel.Model;
            options.Gallery = Path.Combine(Root, "gallery");
            options.Runs = Path.Combine(Root, "runs");
        });
        builder.Services.AddAuthentication(UserHeader.Name).AddScheme<AuthenticationSchemeOptions, UserHeader>(UserHeader.Name, null);
        builder.Services.AddAuthorizationBuilder().AddPolicy("artists", policy => policy.RequireRole("artist"));
        builder.Services.AddOpenApi();
        _app = builder.Build();
        _app.Use((context, next) =>
        {
            context.Response.Headers["X-Application"] = "mine";
            return next(context);
        });
        _app.UseAuthentication();
        _app.UseAuthorization();
        _app.MapGet("/", () => "home");
        _app.MapGet("/kinds", () => new { Kind = DayOfWeek.Friday });
        _app.MapGet("/healthz", () => "well").WithName("health");
        _app.MapOpenApi();
        _app.MapMsf("/images").RequireAuthorization("artists");
        await _app.StartAsync(TestContext.Current.CancellationToken);
        using var client = Client();
        while (!(await client.GetAsync("readyz", TestContext.Current.CancellationToken)).IsSuccessStatusCode) await Task.Delay(20, TestContext.Current.CancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
