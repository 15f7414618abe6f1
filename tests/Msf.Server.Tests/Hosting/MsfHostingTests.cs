using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Msf.Server.Tests.Hosting;

/// <summary>AddMsf and MapMsf: options, misuse, start and stop.</summary>
public sealed class MsfHostingTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("msf-hosting-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_the_page_the_interface_is_there_and_nothing_else()
    {
        await using var app = HostedApplication.Builder(options =>
        {
            Plain(options);
            options.Page = false;
        }).Build();
        app.MapMsf();
        await app.StartAsync(Cancellation);
        using var client = app.GetTestClient();
        foreach (var path in new[] { "/", "/train", "/docs", "/js/main.js" }) Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(path, Cancellation)).StatusCode);
        foreach (var path in new[] { "/healthz", "/api/models", "/openapi/v1.json", "/metrics" }) Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(path, Cancellation)).StatusCode);
        await app.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Two_applications_in_one_process_know_nothing_of_each_other_and_finish_what_runs()
    {
        using var instruments = new MeterListener();
        var counted = new List<object?>();
        await using var first = await StartAsync("first", app => app.MapMsf("/a"));
        await using var second = await StartAsync("second", app => app.MapGroup("/{tenant}/tools").MapMsf("b"));
        instruments.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Name: "msf.jobs", Meter.Name: "Msf.Server" } && instrument.Meter.Scope == first.Services.GetRequiredService<IMeterFactory>()) listener.EnableMeasurementEvents(instrument);
        };
        instruments.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            lock (counted) counted.Add(tags[0].Value);
        });
        instruments.Start();
        using var a = Client(first, "http://localhost/a/");
        using var b = Client(second, "http://localhost/ann/tools/b/");
        var jobs = await Task.WhenAll(a.RunJobAsync("""{"classes":"clock","seed":1,"steps":2}"""), b.RunJobAsync("""{"classes":"clock","seed":1,"steps":2}"""));
        var files = await Task.WhenAll(a.ImagesAsync(jobs[0]), b.ImagesAsync(jobs[1]));
        Assert.Equal(files[0][0], files[1][0]);
        Assert.StartsWith("/ann/tools/b/api/gallery/", jobs[1].GetProperty("images")[0].GetProperty("url").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await b.GetAsync($"api/jobs/{jobs[0].GetProperty("id").GetString()}", Cancellation)).StatusCode);

        var running = await (await a.PostAsync("api/jobs", """{"classes":"clock","steps":[60,2]}""")).JsonAsync();
        while ((await a.GetJsonAsync($"api/jobs/{running.GetProperty("id").GetString()}")).GetProperty("state").GetString() == "queued") await Task.Delay(1, Cancellation);
        await first.StopAsync(Cancellation);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(_folder.FullName, "first"), "*.png").Length);
        Assert.Equal("done", (await b.RunJobAsync("""{"classes":"clock","steps":1}""")).GetProperty("state").GetString());
        await second.StopAsync(Cancellation);
        Assert.Equal(["done", "done"], counted);
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_leaves_the_application_alive()
    {
        var broken = _folder.CreateSubdirectory("broken").FullName;
        foreach (var file in Directory.GetFiles(ServedModel.Model)) File.Copy(file, Path.Combine(broken, Path.GetFileName(file)));
        await File.WriteAllTextAsync(Path.Combine(broken, "stage0.safetensors"), "no weights", Cancellation);
        await using var app = HostedApplication.Builder(options =>
        {
            Plain(options);
            options.Model = broken;
        }).Build();
        app.MapGet("/", () => "home");
        app.MapMsf("/images");
        await app.StartAsync(Cancellation);
        using var client = Client(app, "http://localhost/images/");
        Assert.NotNull(await app.Services.GetRequiredService<EngineService>().Loaded);
        Assert.Equal("home", await client.GetStringAsync("/", Cancellation));
        Assert.Equal("not_ready", (await (await client.GetAsync("readyz", Cancellation)).JsonAsync()).GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("model_failed", (await (await client.PostAsync("api/jobs", "{}")).JsonAsync()).GetProperty("error").GetProperty("code").GetString());
        Assert.False(app.Lifetime.ApplicationStopping.IsCancellationRequested);
        await app.StopAsync(Cancellation);
    }

    [Fact]
    public void Options_come_from_a_configuration_and_can_be_changed_afterwards()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Msf:Model"] = ServedModel.Model,
            ["Msf:Precision"] = "Float32",
            ["Msf:Limits:Queue"] = "7",
            ["Msf:Limits:Grace"] = "00:02:00",
        });
        builder.Services.AddMsf(builder.Configuration.GetSection("Msf").Bind);
        builder.Services.Configure<MsfOptions>(options => options.Gallery = _folder.FullName);  // as a test of the application would
        using var app = (IDisposable)builder.Build();
        var services = ((WebApplication)app).Services;
        var options = services.GetRequiredService<IOptions<MsfOptions>>().Value;
        Assert.Equal((ServedModel.Model, _folder.FullName, 7), (options.Model, options.Gallery, options.Limits.Queue));
        Assert.Same(options, services.GetRequiredService<EngineContext>().Options);
        Assert.True(services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout > TimeSpan.FromMinutes(2));
    }

    [Fact]
    public void Wrong_options_are_one_line()
    {
        var builder = HostedApplication.Builder(options =>
        {
            options.Device = "gpu";
            options.Limits.Batch = 0;
        });
        var error = Assert.Throws<OptionsValidationException>(builder.Build);
        Assert.Equal("AddMsf cannot use these options: batch is 0, expected at least 1; there is no model; set Model to a model folder, for example RUN/model of a training run; the device is \"gpu\", expected cpu, cuda or cuda:i.", error.Message);
    }

    [Fact]
    public void A_server_of_its_own_passes_every_option_on()
    {
        var options = new ServerOptions { Model = "m", Models = "ms", Gallery = "g", Runs = "r", Page = false, Precision = Runtime.ComputePrecision.Float32, Device = "cuda:1", Limits = new ServerLimits { Queue = 3 } };
        var passed = new MsfOptions();
        options.CopyTo(passed);
        foreach (var member in typeof(MsfOptions).GetProperties().Where(member => member.CanWrite))
        {
            Assert.Equal(member.GetValue(options), member.GetValue(passed));
            Assert.NotEqual(member.GetValue(new MsfOptions()), member.GetValue(passed));
        }
    }

    [Fact]
    public async Task What_is_missing_or_twice_is_said_at_the_start()
    {
        await using (var app = WebApplication.CreateBuilder().Build())
            Assert.Contains("AddMsf", Assert.Throws<InvalidOperationException>(() => app.MapMsf()).Message, StringComparison.Ordinal);
        await using (var app = HostedApplication.Builder(Plain).Build())
        {
            app.MapMsf("/a");
            Assert.Contains("before", Assert.Throws<InvalidOperationException>(() => app.MapMsf("/b")).Message, StringComparison.Ordinal);
        }
        await using (var app = HostedApplication.Builder(options =>
        {
            Plain(options);
            options.Model = Path.Combine(_folder.FullName, "none");
        }).Build())
            Assert.Contains("none", Assert.Throws<DirectoryNotFoundException>(() => app.MapMsf()).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Plain(MsfOptions options) => (options.Model, options.Gallery) = (ServedModel.Model, Path.Combine(_folder.FullName, "gallery"));

    private async Task<WebApplication> StartAsync(string gallery, Action<IEndpointRouteBuilder> map)
    {
        var app = HostedApplication.Builder(options => (options.Model, options.Gallery) = (ServedModel.Model, Path.Combine(_folder.FullName, gallery))).Build();
        map(app);
        await app.StartAsync(Cancellation);
        Assert.Null(await app.Services.GetRequiredService<EngineService>().Loaded);
        return app;
    }

    private static HttpClient Client(WebApplication app, string address)
    {
        var client = app.GetTestClient();
        client.BaseAddress = new Uri(address);
        return client;
    }
}
