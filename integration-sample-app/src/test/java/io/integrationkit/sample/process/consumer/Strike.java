package io.integrationkit.sample.process.consumer;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** What is done to the instances while events come. Each ends with all of them started. */
enum Strike {
    /** {@code kill -9}, and a new start at once. */
    ONE_KILLED {
        @Override
        String hit(ConsumerCluster cluster, RandomGenerator random) throws InterruptedException {
            ConsumerInstance victim = one(cluster, random);
            victim.process().kill();
            victim.start();
            return victim.name();
        }
    },

    /** The second while the group still looks for who takes over from the first. */
    TWO_KILLED {
        @Override
        String hit(ConsumerCluster cluster, RandomGenerator random) throws InterruptedException {
            int spared = random.nextInt(cluster.instances().size());
            for (int i = 0; i < cluster.instances().size(); i++) {
                if (i != spared) {
                    cluster.instances().get(i).process().kill();
                    cluster.instances().get(i).start();
                    cluster.sleep(Duration.ofMillis(random.nextInt(500)));
                }
            }
            return "all but " + cluster.instances().get(spared).name();
        }
    },

    /** SIGTERM; it comes again when the others have its partitions. */
    ONE_LEAVES {
        @Override
        String hit(ConsumerCluster cluster, RandomGenerator random) throws InterruptedException {
            ConsumerInstance victim = one(cluster, random);
            victim.process().stop();
            cluster.awaitWithout(victim);
            cluster.sleep(Duration.ofMillis(random.nextInt(1000)));
            victim.start();
            return victim.name();
        }
    },

    /**
     * SIGSTOP in the middle of a record, until others have its partitions and are at the same record; then it goes on,
     * with all that it had polled.
     */
    ONE_STANDS_STILL {
        @Override
        String hit(ConsumerCluster cluster, RandomGenerator random) throws InterruptedException {
            ConsumerInstance victim = one(cluster, random);
            List<Style> caught = standStill(victim, cluster, random);
            victim.process().goOn();
            return "%s, in the middle of %s".formatted(victim.name(), caught);
        }
    },

    /** The same, but it does not go on: what others wait for is rolled back. */
    ONE_DIES_STANDING_STILL {
        @Override
        String hit(ConsumerCluster cluster, RandomGenerator random) throws InterruptedException {
            ConsumerInstance victim = one(cluster, random);
            List<Style> caught = standStill(victim, cluster, random);
            victim.process().kill();
            victim.start();
            return "%s, in the middle of %s".formatted(victim.name(), caught);
        }
    };

    /** Tries to stop a process while all of its listeners are in the middle of a record. */
    private static final int TRIES = 100;

    /** Strikes; returns who was hit. */
    abstract String hit(ConsumerCluster cluster, RandomGenerator random) throws InterruptedException;

    private static ConsumerInstance one(ConsumerCluster cluster, RandomGenerator random) {
        return cluster.instances().get(random.nextInt(cluster.instances().size()));
    }

    /** Stops it where as many of its listeners as possible have an effect that is not committed, until it is missed. */
    private static List<Style> standStill(ConsumerInstance victim, ConsumerCluster cluster, RandomGenerator random)
            throws InterruptedException {
        List<Style> caught = pause(victim, cluster, random);
        cluster.awaitWithout(victim);
        cluster.sleep(Duration.ofMillis(random.nextInt(1500)));
        return caught;
    }

    private static List<Style> pause(ConsumerInstance victim, ConsumerCluster cluster, RandomGenerator random)
            throws InterruptedException {
        for (int tries = 1; ; tries++) {
            victim.process().pause();
            List<Style> caught =
                    Arrays.stream(Style.values()).filter(victim::atWork).toList();
            if (caught.size() == Style.values().length || (tries >= TRIES && !caught.isEmpty())) {
                return caught;
            }
            victim.process().goOn();
            cluster.sleep(Duration.ofMillis(1 + random.nextInt(10)));
        }
    }
}
