package io.integrationkit.sample.process.outbox;

import io.integrationkit.test.TcpFaultProxy;
import io.integrationkit.test.TcpFaultProxy.Direction;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/** What is done to the processes and the lines between them, while the load goes on. Each ends with all of it healed. */
enum Blow {
    /** {@code kill -9} of one application that is started again at once; another is alive and takes over. */
    ONE_APPLICATION_KILLED {
        @Override
        void strike(Cluster cluster, RandomGenerator random) throws InterruptedException {
            one(cluster.up(), random).killAndStart();
        }
    },

    /** {@code kill -9} of all applications; all are started again at once. */
    ALL_APPLICATIONS_KILLED {
        @Override
        void strike(Cluster cluster, RandomGenerator random) throws InterruptedException {
            for (LoadInstance instance : cluster.instances()) {
                instance.kill();
            }
            for (LoadInstance instance : cluster.instances()) {
                instance.killAndStart();
            }
        }
    },

    BROKER_KILLED {
        @Override
        void strike(Cluster cluster, RandomGenerator random) throws InterruptedException {
            cluster.killBroker();
            cluster.sleep(millis(random, 0, 1000));
            cluster.startBroker();
        }
    },

    DATABASE_KILLED {
        @Override
        void strike(Cluster cluster, RandomGenerator random) throws InterruptedException {
            cluster.database().kill();
            cluster.sleep(millis(random, 0, 500));
            cluster.database().startAgain();
        }
    },

    BROKER_CUT {
        @Override
        void strike(Cluster cluster, RandomGenerator random) throws InterruptedException {
            cluster.brokerLine().cut();
            heal(cluster, cluster.brokerLine(), millis(random, 100, 2000));
        }
    },

    /** As if the machine of the broker had died and another one had come. */
    BROKER_HALF_OPEN {
        @Override
        void strike(Cluster cluster, RandomGenerator random) {
            cluster.brokerLine().halfOpen();
        }
    },

    /** The broker does what it is asked for, and nobody hears of it. */
    ACKNOWLEDGEMENTS_STALLED {
        @Override
        void strike(Cluster cluster, RandomGenerator random) throws InterruptedException {
            cluster.brokerLine().stall(Direction.TO_CLIENT);
            cluster.sleep(millis(random, 100, 2000));
            if (random.nextBoolean()) {
                one(cluster.up(), random).killAndStart();
            } else {
                cluster.brokerLine().reset();
            }
            cluster.brokerLine().heal();
        }
    },

    BROKER_SLOW {
        @Override
        void strike(Cluster cluster, RandomGenerator random) throws InterruptedException {
            cluster.brokerLine().delay(Direction.TO_CLIENT, millis(random, 50, 300));
            cluster.brokerLine().throttle(Direction.TO_TARGET, 50_000);
            heal(cluster, cluster.brokerLine(), millis(random, 500, 2500));
        }
    },

    SESSION_STALLED {
        @Override
        void strike(Cluster cluster, RandomGenerator random) throws InterruptedException {
            TcpFaultProxy line = one(cluster.up(), random).database();
            line.stall(random.nextBoolean() ? Direction.TO_TARGET : Direction.TO_CLIENT);
            heal(cluster, line, millis(random, 500, 3000));
        }
    },

    /** What is asked on old connections gets no answer; new ones are good. */
    SESSION_HALF_OPEN {
        @Override
        void strike(Cluster cluster, RandomGenerator random) throws InterruptedException {
            TcpFaultProxy line = one(cluster.up(), random).database();
            line.halfOpen();
            cluster.sleep(millis(random, 500, 3000));
            line.reset();
        }
    },

    /** One application loses its session and all else it has with the database, and lives on. */
    SESSION_CUT {
        @Override
        void strike(Cluster cluster, RandomGenerator random) throws InterruptedException {
            TcpFaultProxy line = one(cluster.up(), random).database();
            line.cut();
            heal(cluster, line, millis(random, 0, 3000));
        }
    },

    SESSION_SLOW {
        @Override
        void strike(Cluster cluster, RandomGenerator random) throws InterruptedException {
            TcpFaultProxy line = one(cluster.up(), random).database();
            line.delay(Direction.TO_CLIENT, millis(random, 10, 150));
            heal(cluster, line, millis(random, 500, 3000));
        }
    },

    BROKER_RESET {
        @Override
        void strike(Cluster cluster, RandomGenerator random) throws InterruptedException {
            for (int i = random.nextInt(1, 6); i > 0; i--) {
                cluster.brokerLine().reset();
                cluster.sleep(millis(random, 0, 200));
            }
        }
    },

    /** And an application while it is away. */
    BROKER_AND_APPLICATION_KILLED {
        @Override
        void strike(Cluster cluster, RandomGenerator random) throws InterruptedException {
            cluster.killBroker();
            cluster.sleep(millis(random, 0, 500));
            one(cluster.up(), random).killAndStart();
            cluster.startBroker();
        }
    };

    abstract void strike(Cluster cluster, RandomGenerator random) throws InterruptedException;

    /** Whether the number of duplicates has a limit: only an application died, and whoever took over could go on. */
    boolean onlyOneApplicationDies() {
        return this == ONE_APPLICATION_KILLED;
    }

    private static LoadInstance one(List<LoadInstance> instances, RandomGenerator random) {
        return instances.get(random.nextInt(instances.size()));
    }

    private static Duration millis(RandomGenerator random, int from, int to) {
        return Duration.ofMillis(random.nextInt(from, to));
    }

    private static void heal(Cluster cluster, TcpFaultProxy line, Duration after) throws InterruptedException {
        cluster.sleep(after);
        line.heal();
    }
}
