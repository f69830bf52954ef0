export ACME=here
