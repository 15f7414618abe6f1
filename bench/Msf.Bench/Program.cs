using Msf.Bench;
using Msf.Runtime;

Libtorch.Initialize();
switch (args)
{
    case ["live-tensors", .. var rest]:
        LiveTensors.Run(steps: rest is [var steps, ..] ? int.Parse(steps) : 1000, batches: 100);
        return 0;
    case ["scalar-lifetime", .. var rest]:
        ScalarLifetime.Run(TimeSpan.FromSeconds(rest is [var seconds, ..] ? double.Parse(seconds) : 20));
        return 0;
    case ["sampling-cost", .. var rest]:
        SamplingCost.Run(rounds: rest is [var rounds, ..] ? int.Parse(rounds) : 7, Precision(rest is [] ? [] : rest[1..]));
        return 0;
    case ["sampler-overhead", .. var rest]:
        SamplerOverhead.Run(Precision(rest is [] ? [] : rest[1..]), rounds: rest is [var overheadRounds, ..] ? int.Parse(overheadRounds) : 7);
        return 0;
    case ["cost-model", .. var rest]:
        CostModel.Run(rounds: rest is [var modelRounds, ..] ? int.Parse(modelRounds) : 7);
        return 0;
    case ["block-ablation", var arm, var seed, var budget, var output]:
        BlockAblation.Run(arm, long.Parse(seed), double.Parse(budget, System.Globalization.CultureInfo.InvariantCulture), output);
        return 0;
    case ["block-ablation-table", var file]:
        BlockAblationTable.Print(file);
        return 0;
    case ["solver-orders"]:
        SolverOrdersTable.Run();
        return 0;
    case ["operations", .. var rest]:
        OperationProfile.Run(Precision(rest), seconds: 0.3);
        return 0;
    case ["throughput", .. var rest]:
        Throughput.Run(Precision(rest), rounds: 7);
        return 0;
    case ["kill-resume", .. var rest]:
        return KillResume.Run(kills: rest is [var kills, ..] ? int.Parse(kills) : 50, seed: rest is [_, var killSeed, ..] ? int.Parse(killSeed) : 0);
    case ["damaged-files", .. var rest]:
        return DamagedFiles.Run(cases: rest is [var cases, ..] ? int.Parse(cases) : 10_000, seed: rest is [_, var damageSeed, ..] ? int.Parse(damageSeed) : 0);
    case ["fuzz", var inputs, var fuzzSeed, .. var targets]:
        return Fuzz.Run(long.Parse(inputs), long.Parse(fuzzSeed), targets);
    case ["fuzz-part", var target, var end, var partSeed, var ledger]:
        return Fuzz.RunPart(target, long.Parse(end), long.Parse(partSeed), ledger);
    case ["save-stall", .. var rest]:
        SaveStall.Run(pairs: rest is [var pairs, ..] ? int.Parse(pairs) : 4, saves: rest is [_, var saves, ..] ? int.Parse(saves) : 5);
        return 0;
    case ["loss-weighting", var arm, var stage, var seed, var images, var output]:
        LossWeightingStudy.Run(arm, int.Parse(stage), long.Parse(seed), long.Parse(images), output);
        return 0;
    case ["loss-weighting-table", var file]:
        LossWeightingStudy.Print(file);
        return 0;
    case ["loader", var size, .. var sources]:
        LoaderRates.Run(int.Parse(size), seconds: 3, sources);
        return 0;
    case ["peer", var python, var script, var peerRounds, .. var rest]:
        return PeerComparison.Run(python, script, int.Parse(peerRounds), Precision(rest));
    case ["block-cost", .. var rest]:
        BlockCost.Run(Precision(rest), rounds: 9);
        return 0;
    case ["augmentation-cost", .. var rest]:
        AugmentationCost.Run(rounds: rest is [var costRounds, ..] ? int.Parse(costRounds) : 9);
        return 0;
    case ["other-sizes", var model, var data, var features, var side, var samples, .. var arms]:
        OtherSizes.Run(model, data, features, int.Parse(side), int.Parse(samples), arms);
        return 0;
    case ["stage-errors", var errorData, var errorHeldOut, var errorFeatures, var errorCount, var errorSteps, var errorScale, .. var errorModels]:
        StageErrors.Run(
            errorData, errorHeldOut, errorFeatures, int.Parse(errorCount), [.. errorSteps.Split(',').Select(int.Parse)],
            double.Parse(errorScale, System.Globalization.CultureInfo.InvariantCulture), errorModels);
        return 0;
    case ["training-memory"]:
        TrainingMemoryCases.RunAll();
        return 0;
    case ["training-memory", var number]:
        TrainingMemoryCases.Run(int.Parse(number));
        return 0;
    case ["training-memory", var preset, var batch, var blocks, var arm, .. var rest]:
        TrainingMemoryCases.Run(preset, int.Parse(batch), Precision(rest), blocks == "recomputed", arm);
        return 0;
    case ["latent-cache", var preset, var cache, var pictures, .. var turns]:
        LatentCacheRates.Run(preset, cache, pictures, turns is [var given] ? int.Parse(given) : 5);
        return 0;
    case ["distillation", var teacherFolder, var student, .. var rest]:
        Distillation.Run(teacherFolder, student, count: rest is [var distillImages, ..] ? int.Parse(distillImages) : 256, rounds: rest is [_, var distillRounds] ? int.Parse(distillRounds) : 7);
        return 0;
    case ["tiling", var name, var weights, var photo, var height, var width]:
        Tiling.Run(name, weights, photo, int.Parse(height), int.Parse(width));
        return 0;
    case ["reconstruction", var weights, var output, var size, .. var photos]:
        Reconstruction.Run(weights, output, int.Parse(size), photos);
        return 0;
    case ["autoencoder-cost", var weights, var size]:
        AutoencoderCost.Run(weights, int.Parse(size), rounds: 5);
        return 0;
    case ["autoencoder-report", var images, var side, var number, var sheet, .. var folders] when folders.Length > 0:
        AutoencoderReport.Run(folders, images, int.Parse(side), int.Parse(number), sheet);
        return 0;
    case ["quality-sweep", var model, var judged, var network, .. var rest]:
        QualitySweep.Run(model, judged, network, QualityOptions.Parse(rest));
        return 0;
    case ["pareto", var judged, var network, .. var rest]:
        QualityPareto.Run([.. rest.Where(word => !word.Contains('='))], judged, network, QualityOptions.Parse(rest.Where(word => word.Contains('='))));
        return 0;
    case ["metrics-cost"]:
        MetricsCost.RunAll(50_000, 2048);
        return 0;
    case ["metrics-cost", var featureCount, var featureWidth]:
        MetricsCost.RunAll(int.Parse(featureCount), int.Parse(featureWidth));
        return 0;
    case ["metrics-cost", var figure, var featureCount, var featureWidth]:
        MetricsCost.Run(figure, int.Parse(featureCount), int.Parse(featureWidth));
        return 0;
    case ["metric-range", var rangeNetwork, var rangeTrain, var rangeTest, var rangeSize, var rangeReference, var rangeCount, var rangeFolder]:
        MetricRange.Run(rangeNetwork, rangeTrain, rangeTest, int.Parse(rangeSize), int.Parse(rangeReference), int.Parse(rangeCount), rangeFolder);
        return 0;
    default:
        Console.Error.WriteLine("""
            usage: live-tensors [STEPS]
                   scalar-lifetime [SECONDS]
                   sampling-cost [ROUNDS [fp32]]
                   sampler-overhead [ROUNDS [fp32]]
                   cost-model [ROUNDS]
                   block-ablation ARM SEED TERA_MULTIPLY_ADDS FILE
                   block-ablation-table FILE
                   solver-orders
                   operations [fp32]
                   throughput [fp32]
                   loader SIZE SOURCE...
                   peer PYTHON SCRIPT ROUNDS [fp32]
                   block-cost [fp32]
                   augmentation-cost [ROUNDS]
                   other-sizes MODEL SOURCE FEATURES SIDE SAMPLES POSITIONS[/off]...
                   training-memory [PRESET BATCH kept|recomputed ARM [fp32]]
                   kill-resume [KILLS [SEED]]
                   damaged-files [CASES [SEED]]
                   fuzz INPUTS SEED [TARGET...]
                   save-stall [PAIRS [SAVES]]
                   loss-weighting ARM STAGE SEED IMAGES FILE
                   loss-weighting-table FILE
                   latent-cache PRESET CACHE IMAGES [ROUNDS]
                   distillation TEACHER STUDENT [COUNT [ROUNDS]]
                   tiling taesd|taesd3|taef2|kl WEIGHTS PHOTO HEIGHT WIDTH
                   reconstruction WEIGHTS SHEET.png SIZE PHOTO...
                   autoencoder-cost WEIGHTS SIZE
                   autoencoder-report SOURCE SIZE COUNT SHEET.png AUTOENCODER|WEIGHTS/taesd|pixels...
                   quality-sweep MODEL DATA FEATURES [count=512 steps=1,2,4 solvers=euler,heun fixed=24,8 seed=0 batch=16 out=FOLDER]
                   metrics-cost [[FIGURE] COUNT WIDTH]
                   metric-range FEATURES TRAIN TEST SIZE REFERENCE COUNT FOLDER
                   pareto DATA FEATURES MODEL... [count=512 steps=1,2,4 solvers=euler guidance=2,4 seed=0 batch=16 out=FOLDER]
            """);
        return 2;
}

static ComputePrecision Precision(string[] rest) => rest is ["fp32"] ? ComputePrecision.Float32 : ComputePrecision.BFloat16;
